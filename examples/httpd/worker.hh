// One thread of httpd: an event loop with a server of its own. Workers share the listening socket
// and nothing else, so there is nothing to lock. One that is handed its clients has no listener.

#pragma once

#include "net/event_loop.hh"
#include "net/http/router.hh"
#include "net/http/server.hh"
#include "net/http/static_files.hh"
#include "net/listener.hh"
#include "options.hh"

namespace waymark::httpd {

class Worker {
  public:
    // Throws std::system_error if the root cannot be opened.
    explicit Worker(const Options& options);
    Worker(const Options& options, net::Listener listener);

    // Serves until a stop that was asked for is done. On the worker's own thread.
    void run() { loop_.run(); }

    // Serves this client until it is gone. On the worker's own thread, and without run().
    void serve(daemon::Fd client);

    // From any thread: no new clients; those who are here may finish.
    void stop(daemon::Deadline deadline);

    net::EventLoop& loop() { return loop_; }

  private:
    net::EventLoop loop_;
    net::http::StaticFiles files_;
    net::http::Router router_;
    net::http::Server server_;
};

}  // namespace waymark::httpd
