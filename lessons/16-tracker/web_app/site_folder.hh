// Where the pages are.

#pragma once

#include <string>

namespace waymark::tracker {

// The folder that this program was started from (/proc/self/exe, proc(5)). Throws
// std::system_error.
std::string program_folder();

// `configured` if it is not empty; else the first of web/site (where it was built) and
// ../share/waymark/site (where it is installed), seen from `beside`, that has pages. Throws
// UsageError, which says what to do, if there are none.
std::string find_site(const std::string& configured, const std::string& beside);

}  // namespace waymark::tracker
