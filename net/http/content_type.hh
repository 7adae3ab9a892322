// The media type of a file, by the end of its name.

#pragma once

#include <string_view>

namespace waymark::net::http {

// "text/html; charset=utf-8" for "/a/index.html"; "application/octet-stream" for what is not known,
// which browsers store and do not run.
std::string_view content_type_of(std::string_view path);

}  // namespace waymark::net::http
