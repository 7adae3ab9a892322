// The instances of templates that an object holds: std::vector<int>::push_back and its like. Half
// of the time of a compile goes into them. So a file in a source's place is compiled without, and
// linked with those of the library's own object, which is there already and made with the same
// flags. What is not among them the linker misses; then the file has to be compiled whole.
// Only of the library's objects, whose sources are ours: what a learner's file defines may be
// another thing a minute later, and its instances under the same names, too.
//
// Taken are templates' instances and inline functions of std and fmt that any object may define
// again (weak, nm(1)), and variables that are one in the whole program (unique), but nothing whose
// name holds a type that the source itself defines: the file in its place may define that
// otherwise. All the rest becomes local to the object, so a function that a learner forgot is
// missed as before, and nothing of it runs before main.

#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::course {

// For the compiler, which then makes none that another object could hold (g++(1)). Those of
// types that are local to the file, lambdas for one, it makes all the same.
inline constexpr std::array kWithoutInstances{"-fno-implicit-templates",
                                              "-fno-implicit-inline-templates"};

// The names among `symbols`, the words of `nm --format=posix`, that may be taken
// from the object of a source with this text. None at all if it defines a template outside its
// unnamed namespace.
std::vector<std::string> shared_instances(std::string_view symbols, std::string_view source);

// Writes to `into` (and a list beside it) what is left of `object`, compiled from `source`. False
// if there is nothing to take, or nm(1) or objcopy(1) failed; then `into` is not written.
bool take_instances(const std::filesystem::path& object, const std::filesystem::path& source,
                    const std::filesystem::path& into);

}  // namespace waymark::course
