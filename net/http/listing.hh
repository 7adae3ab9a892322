// A page that lists what is in a directory: names as links, sizes and times, directories first.
// Names come from whoever may write there: in the page they are text and nothing else, and in links
// percent-encoded. What begins with a dot is not listed.

#pragma once

#include <string>
#include <string_view>

#include "daemon/fd.hh"

namespace waymark::net::http {

// More names than this are left out, and the page says so.
inline constexpr std::size_t kMostListed = 5000;

// `path` is the directory's in URLs, decoded, with a slash at its end; it becomes the title, and at
// "/" there is no way up. `directory` may be opened with O_PATH. Throws std::system_error if it
// cannot be read.
std::string list_directory(const daemon::Fd& directory, std::string_view path);

}  // namespace waymark::net::http
