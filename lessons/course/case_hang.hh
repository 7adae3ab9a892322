// What the processes of a case that hangs are doing: one line for each process, or for each thread
// where there are several, with the call that it waits in and the learner's line that it came from.
//
// Where it came from is known to the process alone. So the check answers a signal by printing its
// stack (check/stack_on_demand.hh), and here each thread that can answer is asked, one after the
// other. The stacks get names (stack_names.hh) when the case has been ended and its time has been
// taken.

#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace waymark::course {

struct Waiting {
    std::string line;
    std::string stack;  // without names; empty if it did not answer
};

// `keeper` is no process of the case, and is left out. `read_on` takes what has come from the case
// since and gives all that it has printed. Bounded: three seconds.
std::vector<Waiting> what_they_wait_for(pid_t keeper, const std::function<std::string()>& read_on);

// The lines, each with the learner's line of its stack, if that has one.
std::vector<std::string> in_words(const std::vector<Waiting>& waiting,
                                  const std::filesystem::path& program,
                                  const std::string& learners_folder);

// What was printed without the stacks that were asked for.
std::string without_stacks(const std::string& printed);

}  // namespace waymark::course
