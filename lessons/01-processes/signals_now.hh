// What the parent does with its signals, before and after a call that must not change it.

#pragma once

#include <unistd.h>

#include <string>

#include "lessons/01-processes/advice.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"

namespace waymark::course::check {

// Of this process. Without those above 32: the C library catches some for its threads.
struct Signals {
    std::string blocked = status_line(::getpid(), "SigBlk").substr(8);
    std::string handled = status_line(::getpid(), "SigIgn").substr(8) + " and " +
                          status_line(::getpid(), "SigCgt").substr(8);
};

inline void expect_as_before(const Signals& before) {
    const Signals now;
    // One mask has more in it than the other: were they left shut, or opened?
    const bool opened =
        std::stoull(before.blocked, nullptr, 16) & ~std::stoull(now.blocked, nullptr, 16);
    expect_equal(now.blocked, before.blocked, "signals that the parent blocks",
                 opened ? kParentsHandlers : kLeftBlocked);
    expect_equal(now.handled, before.handled, "those that it ignores, and handles",
                 kParentsHandlers);
}

}  // namespace waymark::course::check
