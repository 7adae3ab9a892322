// One thread of httpd: an event loop with a server and the site of its own. All four designs answer
// by this one. In the event design its loop has many clients; in the others it is handed one client
// after the other, and its loop has that one alone. Workers share the logs, the store of compressed
// files and the pages for errors, and nothing else, so there is little to lock.

#pragma once

#include <atomic>
#include <optional>

#include "logs.hh"
#include "net/event_loop.hh"
#include "net/http/cgi.hh"
#include "net/http/error_pages.hh"
#include "net/http/gzip.hh"
#include "net/http/router.hh"
#include "net/http/server.hh"
#include "net/http/static_files.hh"
#include "net/listener.hh"
#include "options.hh"
#include "tls.hh"

namespace waymark::httpd {

// What the workers of a process share.
struct Shared {
    // Throws std::system_error or UsageError for what is not there.
    Shared(const Options& all, Logs& both_logs, Tls* over_tls);

    // SIGHUP: the logs and the files of TLS.
    void reload() noexcept;

    const Options& options;
    Logs& logs;
    Tls* tls;  // null: none
    net::http::GzipStore gzip;
    net::http::ErrorPages error_pages;
    std::atomic<std::size_t> programs = 0;  // that run
};

class Worker {
  public:
    // `shared` must outlive it. Throws std::system_error if the root or the directory of programs
    // cannot be opened.
    explicit Worker(Shared& shared);

    // Accepts here as well, in run().
    void accept_on(net::Listener listener);
    // Serves until a stop that was asked for is done. On the worker's own thread.
    void run();

    // Serves this client until it is gone, or a stop has cut it off. On the thread that has the
    // worker now, and without run().
    void serve(daemon::Fd client, const net::Address& peer);

    // From any thread: no new clients; those who are here may finish.
    void stop(daemon::Deadline deadline);

    net::EventLoop& loop() { return loop_; }

  private:
    void add_programs();
    void report_what_fails();

    Shared& shared_;
    net::EventLoop loop_;
    net::http::StaticFiles files_;
    std::optional<net::http::Cgi> programs_;
    net::http::Router router_;
    net::http::Server server_;
};

}  // namespace waymark::httpd
