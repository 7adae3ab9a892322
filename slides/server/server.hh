// The slide server: one event loop, one thread, one listener on loopback. It says on which address
// it listens once it does, and ends with 0 after SIGTERM or SIGINT, when every run is ended.

#pragma once

#include "slides/server/options.hh"

namespace waymark::slides {

// Runs until a signal ends it; returns the exit code. Throws UsageError or std::system_error.
int serve(const Options& options);

}  // namespace waymark::slides
