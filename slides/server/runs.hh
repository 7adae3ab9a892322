// The runs that pages ask for. Each is one request whose answer does not end before the run does:
// POST starts it, the answer streams what happens (text/event-stream, read with fetch), and closing
// the connection stops it. No EventSource: that one reconnects by itself, and would start the demo
// again and again. While a run lasts, three more requests may steer it: a line for the program, the
// start of its client, and "next" where a step is looked at.
//
// The end of a request ends the run's keeper (slides/server/keeper), however the request ends:
// Stop, a closed page, a lost connection, the end of this server.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string_view>

#include "daemon/signals.hh"
#include "lessons/course/child_group.hh"
#include "net/event_loop.hh"
#include "net/http/exchange.hh"
#include "net/http/router.hh"
#include "slides/server/manifest.hh"
#include "slides/server/request_guard.hh"
#include "slides/server/run_plan.hh"
#include "slides/server/shown_program.hh"

namespace waymark::slides {

class Run;

class Runs final : private net::EventLoop::Watcher {
  public:
    static constexpr std::size_t kMostAtOnce = 8;

    // `server` is where it listens. The others must outlive this object. Make it before any thread:
    // it blocks SIGCHLD.
    Runs(net::EventLoop& loop, const Manifest& manifest, const RequestGuard& guard,
         const net::Address& server);
    ~Runs();

    // POST /api/runs, and of a run that lasts: /api/runs/{}/input, /client, /next.
    void add_routes(net::http::Router& router);

    // Ends the answers of all runs; their keepers follow.
    void close_all();

    std::size_t count() const { return runs_.size(); }

  private:
    friend class Run;

    net::http::Completion start(net::http::Exchange& exchange);
    net::Task<void> show(net::http::Exchange& exchange, RunPlan plan);
    net::http::Completion steer(net::http::Exchange& exchange,
                                const std::function<void(Run&, std::string_view body)>& deed);
    bool is_refused(net::http::Exchange& exchange) const;
    bool on_ready(std::uint32_t events) override;
    daemon::Fd start_keeper(const RunPlan& plan);
    void end_orphans();

    net::EventLoop& loop_;
    const Manifest& manifest_;
    const RequestGuard& guard_;
    const net::Address server_;
    daemon::SignalDescriptor signals_{SIGCHLD};
    course::ChildGroup keepers_;
    std::map<pid_t, RunFolder> folders_;  // of keepers that were not yet collected
    std::map<std::uint64_t, Run*> runs_;  // each lives in its handler's coroutine
    std::uint64_t last_number_ = 0;
};

}  // namespace waymark::slides
