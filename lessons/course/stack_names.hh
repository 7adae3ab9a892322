// Names for the frames of a stack that a program without names has printed.
//
// The address sanitizer can name them itself, but each process that reports reads the debug
// information of the whole check and of the C library for it, which takes a second and more; a case
// that hangs may have ten. So cases are run with symbolize=0 (case_run.cc), a frame says where in
// which program it is, and addr2line(1), which comes with the compiler, is asked once for all of
// them.

#pragma once

#include <filesystem>
#include <string>

namespace waymark::course {

// `printed`, with each "#1 0x55d (PROGRAM+0x1244)" of this program as
// "#1 0x55d in FUNCTION FILE:LINE". What has no name stays as it was, and so does everything where
// addr2line cannot be run.
std::string with_names(const std::string& printed, const std::filesystem::path& program);

}  // namespace waymark::course
