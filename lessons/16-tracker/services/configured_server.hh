// An HTTP server (net/http/server) as the tracker's settings want it, that says in the log whom it
// does not serve. The receiver and the web app each have one.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "daemon/log.hh"
#include "net/access_list.hh"
#include "net/event_loop.hh"
#include "net/http/router.hh"
#include "net/http/server.hh"
#include "settings.hh"

namespace waymark::tracker {

class ConfiguredServer {
  public:
    // `listeners` are listening sockets; loop, router and log must outlive the server. Where only
    // this machine's clients come, or those of a proxy, all have one address, and only the limit in
    // all is meant.
    enum class Clients { everywhere, this_machine };
    ConfiguredServer(net::EventLoop& loop, const net::http::Router& router,
                     std::vector<daemon::Fd> listeners, const ReloadableSettings& settings,
                     net::AccessList access, daemon::Log& log,
                     Clients clients = Clients::everywhere);
    ConfiguredServer(const ConfiguredServer&) = delete;
    ConfiguredServer& operator=(const ConfiguredServer&) = delete;

    // Begins to accept; with `make_layer` by TLS (net/http/server).
    void open(net::http::Server::MakeLayer make_layer = {});
    // Connections that are open stay as they are; what comes from now on is under the new rules.
    void reload(const ReloadableSettings& settings, net::AccessList access);
    // Accepts no more, lets what is begun finish until `deadline`, then calls `stopped`.
    void close(daemon::Deadline deadline, std::function<void()> stopped);

    net::http::Server& http() { return http_; }
    // For the status page: a part of a JSON object, without its braces.
    std::string counters() const;

  private:
    net::http::Server::DoorHandlers log_lines();
    bool is_news(daemon::Deadline& quiet_until) const;

    net::EventLoop& loop_;
    daemon::Log& log_;
    net::http::Server http_;
    std::vector<daemon::Fd> listeners_;
    Clients clients_;
    // Until then it is not said again that clients are turned away, or that accepting fails.
    daemon::Deadline turning_away_told_{net::EventLoop::Clock::time_point::min()};
    daemon::Deadline exhaustion_told_{net::EventLoop::Clock::time_point::min()};
};

}  // namespace waymark::tracker
