// What somebody did who should have slept. Where a contract waits, a program that asks again and
// again does the same in the end, and takes a processor for it: so its time on the processor is
// looked at, and how often it woke up. Both are its own and not the machine's: on a busy machine a
// program that sleeps shows no more of them, so no right one is rejected for it.

#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <vector>

namespace waymark::course::check {

// Time on the processor so far, of all threads of a process; zero if there is no such process.
std::chrono::nanoseconds processor_time(pid_t process);

// How a process waits: its first thread is looked at until it has slept for a while, or has ended,
// or the process has used the processor for longer than any way into a wait takes.
enum class Waiting { asleep, busy, ended };
Waiting how_it_waits(pid_t process);

// As eventually, for what comes by sleeping: false also as soon as this process has used the
// processor for longer than any way into a wait takes.
bool settles(const std::function<bool()>& condition);

// Looks at threads that have nothing to do, for as long as it takes to sleep some fifty times for a
// millisecond: true if all of them rested, false if one woke up again and again, or never slept.
bool rest(const std::vector<pid_t>& threads);

}  // namespace waymark::course::check
