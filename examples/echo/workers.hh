// What the two pre-forked designs have in common: they differ in two numbers.

#pragma once

#include "program.hh"

namespace waymark::echo {

// Serves at `listener` by `processes`, each with `threads` that have one client at a time
// (daemon/worker_pool). One that dies is replaced. At the end, workers whose clients do not go are
// ended after kGrace.
void serve_by_workers(const char* name, const Listener& listener, unsigned processes,
                      unsigned threads);

}  // namespace waymark::echo
