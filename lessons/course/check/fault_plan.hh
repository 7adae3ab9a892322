// Between the plan (faults.cc) and the calls it is applied to (interposed.cc).

#pragma once

#include <dlfcn.h>

#include <cstddef>

#include "lessons/course/check/faults.hh"

namespace waymark::course::check {

// Counts the call; sets errno and gives true if the plan lets it fail.
bool call_fails(Call call);

// In a child that has just been forked: what the plan has for it.
void begin_the_child();

// To be asked before a wait that has a time-out: true if it ends with it.
bool time_is_up(Call call);

// No time-out of this kind comes.
bool time_stands_still(Call call);

// The time-out that poll and its like really wait for: none, if time stands still. 0 is no wait and
// stays.
template <typename Time>
const Time* patience(const Time* time) {
    return time_stands_still(Call::poll) ? nullptr : time;
}
template <typename Time>
Time* patience(Time* time) {
    return time_stands_still(Call::poll) ? nullptr : time;
}
inline int patience(int milliseconds) {
    return milliseconds > 0 && time_stands_still(Call::poll) ? -1 : milliseconds;
}

// The call has come back. errno stays as it is.
void call_done(Call call);

// How many of `length` bytes the plan lets through; at least one of one.
std::size_t shortened(std::size_t length);

}  // namespace waymark::course::check
