// The line to the runner that started this case, and why it is believed. The learner's code runs in
// the same process, so it must not be able to say "passed" in the check's name:
//   - the runner gives two words, made anew for each case, over the socket that the results go to.
//     They are read before static objects of the learner's are made (.preinit_array comes before
//     all constructors), and nothing of them is left in the environment;
//   - each event begins with the first word, the end of the case with the second, which only the
//     main function has. What begins otherwise is passed over;
//   - it is a socket, since a pipe could be opened once more through /proc and read.
// What this does not stop is code that hunts through the memory of its own process for the words.
// Who grades has the learner's file, and sees it there.

#pragma once

#include <sys/types.h>

#include <string_view>

#include "lessons/course/agreed.hh"

namespace waymark::course::check {

// Takes the descriptor from the environment and the words from the runner. To be called before
// everything else, also before the sanitizers' own work: so it makes no call that they watch.
void listen_to_runner(char** environment, char (&last_word)[kWordLength]);

// Started by the runner; else the case was started by hand, and prints for people.
bool runner_listens();

// The runner's process; 0 if there is none.
pid_t runner_process();

// One write with a line, behind the first word. The faults of a case do not touch it.
void tell_runner(std::string_view line);
void tell_runner(std::string_view word, std::string_view line);

}  // namespace waymark::course::check

// For functions that run before the sanitizers are ready.
#define WAYMARK_BEFORE_EVERYTHING \
    __attribute__((no_sanitize("address"), no_sanitize("undefined"), no_sanitize("thread")))
