// The string literals of a C++ source, as the compiler sees them: comments are passed over,
// literals that stand side by side are one. For looking at what a check says without running it.
// Prefixes and raw strings are not understood; checks have no use for them.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waymark::course {

std::vector<std::string> string_literals(std::string_view source);

}  // namespace waymark::course
