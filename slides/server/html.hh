// Text made safe for HTML. Whatever comes from a file or a program goes through here before it is
// put into a page; what has been escaped cannot open a tag or end an attribute (HTML Standard,
// 13.2.5).

#pragma once

#include <string>
#include <string_view>

namespace waymark::slides {

// & < > " as character references.
void append_escaped(std::string& out, std::string_view text);
std::string escaped(std::string_view text);

}  // namespace waymark::slides
