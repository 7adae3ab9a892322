// The status page: a server of its own, on a port of its own, that only reads. It shows what an
// attacker would like to know, so it listens on loopback unless told otherwise; and a web page from
// elsewhere, shown by a browser on this machine, gets nothing: it would have to name us by its own
// name (DNS rebinding), and a host that is neither an address nor localhost is refused.
//
//     /          the page, with live charts          /events   a status each second
//     (text/event-stream) /status    the figures now, JSON               /history  the last two
//     minutes, JSON
//
// The page's files are part of the program: it needs no folder and no other machine.

#pragma once

#include <functional>
#include <set>
#include <string>

#include "net/event_loop.hh"
#include "net/http/event_stream.hh"
#include "net/http/router.hh"
#include "net/http/server.hh"
#include "net/timer_queue.hh"
#include "status.hh"

namespace waymark::balancer {

class StatusPage {
  public:
    static constexpr std::chrono::seconds kStep{1};

    // All must outlive it.
    StatusPage(net::EventLoop& loop, const Balancer& balancer, const BackEnds& back_ends,
               std::string policy);
    ~StatusPage();

    void accept_on(net::Listener listener) { server_.accept_on(std::move(listener)); }
    void stop(daemon::Deadline deadline) { server_.stop(deadline); }

  private:
    using Handler = std::function<void(net::http::Exchange&)>;

    void add(const std::string& path, std::string_view type, std::function<std::string()> content);
    net::http::Completion live(net::http::Exchange& exchange);
    net::Task<void> stream(net::http::Exchange& exchange);
    std::string now() const;
    void step();

    net::EventLoop& loop_;
    const Balancer& balancer_;
    const BackEnds& back_ends_;
    std::string policy_;
    daemon::Deadline::Clock::time_point start_;
    History history_;
    net::Timer step_timer_;
    std::set<net::http::EventStream*> viewers_;
    net::http::Router router_;
    // Last: its connections use all of the above while they are destroyed.
    net::http::Server server_;
};

// Whether a Host field names us by an address or as localhost; with or without a port.
bool is_named_by_address(std::string_view host);

}  // namespace waymark::balancer
