// Signals between any two instructions. A process with two threads is started and traced
// (ptrace(2)): its first thread runs a piece of the learner's code one instruction at a time, and
// after each the second thread gets a signal and runs its handler to the end. A counter that is
// loaded here and stored there loses one of the two every time, not once a month; a handler that
// waits for a lock waits for the thread that stands still. Or after one of them: what is wrong at
// one instruction among thousands is looked for there.

#pragma once

#include <functional>

namespace waymark::course::check {

struct Stepped {
    bool possible = true;  // false: this system does not let a process trace its child
    int signals = 0;       // what the second thread got: one after each instruction
    int counted = 0;       // what the body gave
    bool locked = false;   // the second handler did not end while the first stood still
    int status = 0;        // wait status of the process
};

// `act` runs step by step, then `count` at full speed, both in the first thread. Neither tells a
// story.
struct StepPlan {
    int signal = 0;
    std::function<void()> act;
    std::function<int()> count;
    int most_steps = 5000;  // a handler that prints takes more; what it loses is seen by then
    // No signals while the C library or the sanitizer runs: half of the instructions are theirs,
    // and change nothing of the learner's. But they may hold a lock: not for what a handler does.
    bool spare_libraries = false;
    // The steps begin where `act` calls step_from_here(), and not with it.
    bool begins_later = false;
    // After which of the instructions, counted from 1, the second thread gets its first signal, and
    // then after each how many. Those of spared libraries do not count.
    int first = 1;
    int every = 1;
    // Asked behind each signal, in the process that called step_through(): true if both may go on
    // at full speed from there.
    std::function<bool()> is_enough = [] { return false; };
};

// In `act`. What it calls before may be long, and costs nothing.
void step_from_here();

// Forks, so handlers that are set before are there. Throws std::system_error.
Stepped step_through(const StepPlan& plan);

}  // namespace waymark::course::check
