// What a source includes of the standard and of other libraries, by itself and by way of our own
// headers: what can be compiled ahead for a file in its place.

#pragma once

#include <filesystem>
#include <string>

namespace waymark::course {

// The include lines, each once, in the order of their letters. `source` is a name below `root`, as
// our own headers name each other. Those of our own are not among them, because they may change,
// and what was compiled before would be a lie.
std::string system_includes(const std::filesystem::path& root, const std::string& source);

}  // namespace waymark::course
