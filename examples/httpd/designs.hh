// The four designs of httpd. They differ in who waits for whom; what is answered is the same, and
// comes from one handler (worker.hh).
//
//   event            a loop waits for all its clients at once: thousands cost little, and who is
//   slow
//                    costs nobody else. A loop that is kept busy by one keeps all others waiting.
//   dynamic-threads  a thread for each client, made when it comes and ended when it goes.
//   static-threads   a fixed crew: no thread is made while there is work, and there are never more.
//                    With all of them at slow clients, the next one waits.
//   prefork          processes with such crews: one that crashes takes its own clients along and no
//                    others, and is replaced.
//
// The three that give a thread to a client run the same coroutines, on a loop with that one client.
// A second, blocking server for the same protocol would be a second parser of the same hostile
// bytes.

#pragma once

#include <functional>
#include <vector>

#include "net/listener.hh"
#include "options.hh"
#include "worker.hh"

namespace waymark::httpd {

// Each serves until SIGTERM or SIGINT, and then lets what is under way finish for as long as
// options.stop_timeout. `when_up` is called once, when signals are heard and clients are accepted.
using WhenUp = std::function<void()>;

void serve_by_event_loops(Shared& shared, const std::vector<net::Listener>& listeners,
                          const WhenUp& when_up);
void serve_by_threads(Shared& shared, const std::vector<net::Listener>& listeners,
                      const WhenUp& when_up);
void serve_by_processes(Shared& shared, const std::vector<net::Listener>& listeners,
                        const WhenUp& when_up);

}  // namespace waymark::httpd
