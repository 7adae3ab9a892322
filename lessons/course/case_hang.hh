// What the processes of a case that hangs are doing: one line for each process, or for each thread
// where there are several, with the call that it waits in and the learner's line that it came from.
//
// The line is known to the process alone. So the check answers a signal by printing its stack
// (check/stack_on_demand.hh), and here each thread that can answer is asked, one after the other.

#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace waymark::course {

// `keeper` is no process of the case, and is left out. `read_on` takes what has come from the case
// since and gives all that it has printed. Bounded: about two seconds.
std::vector<std::string> what_they_wait_for(pid_t keeper, const std::string& learners_folder,
                                            const std::function<std::string()>& read_on);

// What was printed without the stacks that were asked for.
std::string without_stacks(const std::string& printed);

}  // namespace waymark::course
