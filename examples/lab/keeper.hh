// The process that a lab lives in. It is root of the user namespace, has all hosts as its children,
// holds the lock, and waits. When it ends, however that is, the kernel ends the hosts.

#pragma once

#include "state.hh"

namespace waymark::lab {

// Starts a keeper with `hosts` hosts and returns when they can be used. If this process is killed
// meanwhile, no lab stays. Returns the exit code; what went wrong is then on stderr, in a line.
// Throws UsageError, std::system_error.
int start_keeper(const State& state, unsigned hosts);

// Ends the lab, and returns when nothing of it is left. Throws UsageError if there is none.
void stop_keeper(const State& state);

}  // namespace waymark::lab
