// What somebody did who should have slept. Where a contract waits, a program that asks again and
// again does the same in the end, and takes a processor for it: so its time on the processor is
// looked at, and how often it woke up. Both are its own and not the machine's: on a busy machine a
// program that sleeps shows no more of them, so no right one is rejected for it.

#pragma once

#include <sys/types.h>

#include <chrono>
#include <vector>

namespace waymark::course::check {

// Time on the processor so far, of all threads of a process; zero if there is no such process.
std::chrono::nanoseconds processor_time(pid_t process);

// How often a thread of this process, or the first thread of another one, has gone to sleep.
long sleeps_so_far(pid_t thread);

// Looks at threads that have nothing to do, for as long as it takes to sleep some fifty times for a
// millisecond: true if all of them rested, false if one woke up again and again, or never slept.
bool rest(const std::vector<pid_t>& threads);

}  // namespace waymark::course::check
