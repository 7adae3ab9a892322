// The other design of httpd, for `--workers N`: N processes with a crew of threads each, and a
// thread has one client at a time (daemon/worker_pool). It costs more than an event loop that has
// them all, and can less: who reads slowly holds a thread. What it gains is that a process that
// crashes takes its own clients along and no others, and that the parent starts another one.

#pragma once

#include <functional>

#include "net/listener.hh"
#include "options.hh"

namespace waymark::httpd {

// Serves until SIGTERM or SIGINT, then lets the workers finish for as long as options.stop_timeout.
// `when_up` is called once, when a signal is not fatal any more and the first worker was started.
// Throws std::system_error if the root cannot be opened.
void serve_by_processes(const Options& options, const net::Listener& listener,
                        const std::function<void()>& when_up);

}  // namespace waymark::httpd
