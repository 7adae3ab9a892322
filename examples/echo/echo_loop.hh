// One thread that serves many clients: the same loop for select, poll and epoll.

#pragma once

#include "program.hh"
#include "readiness.hh"

namespace waymark::echo {

// Says where it listens, and serves until SIGTERM or SIGINT.
void serve_by_loop(const char* name, const Options& options, Listener listener,
                   Readiness& readiness);

}  // namespace waymark::echo
