// The program round the balancer: sockets of its own or of the service manager, the drop of rights,
// signals, reload and the orderly end.

#pragma once

#include <functional>
#include <optional>

#include "options.hh"

namespace waymark::balancer {

// Reads the options again, as they were read at the start.
using ReadOptions = std::function<std::optional<Options>()>;

// Serves until SIGTERM or SIGINT and the end of those who are there; the exit code. Throws
// UsageError or std::system_error for what hinders it from beginning.
int serve(const Options& options, const ReadOptions& read_again);

}  // namespace waymark::balancer
