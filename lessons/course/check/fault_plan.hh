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

enum class WaitClock { runs, stands, hurries };
WaitClock wait_clock();

// How many of `length` bytes the plan lets through; at least one of one.
std::size_t shortened(std::size_t length);

}  // namespace waymark::course::check
