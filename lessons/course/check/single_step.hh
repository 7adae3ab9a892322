// Signals between any two instructions. A process with two threads is started and traced
// (ptrace(2)): its first thread runs a piece of the learner's code one instruction at a time, and
// after each the second thread gets a signal and runs its handler to the end. A counter that is
// loaded here and stored there loses one of the two every time, not once a month; a handler that
// waits for a lock waits for the thread that stands still.

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
};

// Forks, so handlers that are set before are there. Throws std::system_error.
Stepped step_through(const StepPlan& plan);

}  // namespace waymark::course::check
