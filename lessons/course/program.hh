// Other people's programs, run to their end: the compiler, ninja, ar. What they print is kept,
// bounded; they end with this process. (A learner's check has a runner
// of its own, case_run.hh, which looks at far more.)

#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lessons/course/child_process.hh"

namespace waymark::course {

struct Ran {
    Ending ending;
    std::string output;  // standard output and error together, at most 256 KiB
    bool success() const { return ending.success(); }
};

// Throws std::system_error; a program that is not there ends with 127, as in a shell. Each whole
// line is told to `on_line` when it comes.
Ran run_program(
    const std::vector<std::string>& arguments, const std::filesystem::path& folder,
    const std::function<void(std::string_view line)>& on_line = [](std::string_view) {});

// The same, with its standard error where ours is: for what takes long and says how far it is.
Ran run_visibly(const std::vector<std::string>& arguments, const std::filesystem::path& folder);

// Splits a command line as sh(1) does, for quotes and backslashes only: what ninja prints.
std::vector<std::string> split_words(std::string_view command);

}  // namespace waymark::course
