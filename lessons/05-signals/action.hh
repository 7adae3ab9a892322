// What the kernel does with a signal.

#pragma once

#include <signal.h>

#include "advice.hh"
#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline struct sigaction action_of(int signal) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    return action;
}

// Before the first signal: without a handler it would end the check.
inline void expect_handler(int signal) {
    expect(action_of(signal).sa_handler != SIG_DFL, "what the kernel does with the signal",
           "calls a handler", "the default: ends the process", kNoHandler);
}

}  // namespace waymark::course::check
