// What the runner (case_run.hh) and the check that it runs (check/) have agreed on. The two are
// separate programs and share nothing else.

#pragma once

#include <fmt/core.h>
#include <signal.h>
#include <sys/types.h>

#include <string>
#include <string_view>

namespace waymark::course {

// In digits: the word before each event, and the one before the end (check/runner_line.hh).
inline constexpr int kWordLength = 32;

// The signal by which a thread of a case that hangs is asked for its stack, one that no lesson uses,
// and the marks between which it prints it (check/stack_on_demand.hh).
inline int stack_signal() {
    return SIGRTMAX - 3;
}
inline constexpr std::string_view kStackMark = "\nwaymark: stack of thread ";
inline constexpr std::string_view kStackEnd = "\nwaymark: end of the stack\n";
inline std::string stack_begin(pid_t thread) {
    return fmt::format("{}{}\n", kStackMark, thread);
}

}  // namespace waymark::course
