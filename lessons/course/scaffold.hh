// The folder of a lesson that is still to be written: every file that a lesson must have, so that
// it builds from the first minute, and in each of them what belongs there. `lesson lint` says of
// such a folder what is still to be written, and of a finished one nothing.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace waymark::course {

// `name` is NN-topic, `sources` the library sources that the exercise will be in. Adds the folder
// to lessons/meson.build, in its place. With `exercise_only` there are no demos and no slides. Gives the files it wrote. Throws daemon::UsageError for a
// name that is wrong or taken and for a source that is not there; then nothing is written.
std::vector<std::filesystem::path> write_scaffold(const std::filesystem::path& root,
                                                  const std::string& name,
                                                  const std::vector<std::string>& sources,
                                                  bool exercise_only);

}  // namespace waymark::course
