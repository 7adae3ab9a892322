// A front door of the tracker: accepts on its addresses, asks the access list and the connection
// gate first, and lets the HTTP server serve who is left. The receiver and the web app each have
// one.

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

class HttpDoor {
  public:
    // `listeners` are listening sockets; loop, router and log must outlive the door. On a door that
    // is open to this machine only, all clients have one address, and only the limit in all is
    // meant.
    enum class Clients { everywhere, this_machine };
    HttpDoor(net::EventLoop& loop, const net::http::Router& router,
             std::vector<daemon::Fd> listeners, const ReloadableSettings& settings,
             net::AccessList access, daemon::Log& log, Clients clients = Clients::everywhere);
    HttpDoor(const HttpDoor&) = delete;
    HttpDoor& operator=(const HttpDoor&) = delete;

    // Begins to accept.
    void open();
    // Connections that are open stay as they are; what comes from now on is under the new rules.
    void reload(const ReloadableSettings& settings, net::AccessList access);
    // Accepts no more, lets what is begun finish until `deadline`, then calls `stopped`.
    void close(daemon::Deadline deadline, std::function<void()> stopped);

    net::http::Server& server() { return server_; }
    // For the status page: a part of a JSON object, without its braces.
    std::string counters() const;

  private:
    net::http::Server::DoorHandlers log_lines();
    bool is_news(daemon::Deadline& quiet_until) const;

    net::EventLoop& loop_;
    daemon::Log& log_;
    net::http::Server server_;
    std::vector<daemon::Fd> listeners_;
    Clients clients_;
    // Until then it is not said again that clients are turned away, or that accepting fails.
    daemon::Deadline turning_away_told_{net::EventLoop::Clock::time_point::min()};
    daemon::Deadline exhaustion_told_{net::EventLoop::Clock::time_point::min()};
};

}  // namespace waymark::tracker
