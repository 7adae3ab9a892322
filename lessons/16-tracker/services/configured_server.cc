#include "services/configured_server.hh"

#include <fmt/format.h>

#include <utility>

#include "daemon/error.hh"

namespace waymark::tracker {

using daemon::Fd;
using net::Address;

namespace {

constexpr std::chrono::seconds kQuiet{60};

net::GateLimits gate_limits(const ReloadableSettings& settings, ConfiguredServer::Clients clients) {
    // A little room below the limit is where new clients wait in the kernel's queue instead of
    // being turned away.
    const std::size_t hard = settings.max_connections;
    return {.soft = hard - hard / 16,
            .hard = hard,
            .per_network = clients == ConfiguredServer::Clients::this_machine
                               ? hard
                               : settings.max_connections_per_address,
            .early_drop = {}};
}

net::http::ServerLimits server_limits(const ReloadableSettings& settings,
                                      ConfiguredServer::Clients clients) {
    net::http::ServerLimits limits;
    limits.gate = gate_limits(settings, clients);
    limits.head = std::chrono::seconds(settings.header_timeout_s);
    limits.body = std::chrono::seconds(settings.body_timeout_s);
    limits.send = std::chrono::seconds(settings.send_timeout_s);
    limits.idle = std::chrono::seconds(settings.idle_timeout_s);
    return limits;
}

}  // namespace

ConfiguredServer::ConfiguredServer(net::EventLoop& loop, const net::http::Router& router,
                                   std::vector<Fd> listeners, const ReloadableSettings& settings,
                                   net::AccessList access, daemon::Log& log, Clients clients)
    : loop_(loop),
      log_(log),
      http_(loop, router, server_limits(settings, clients)),
      listeners_(std::move(listeners)),
      clients_(clients) {
    http_.set_access(std::move(access));
    http_.when_not_served(log_lines());
}

void ConfiguredServer::open(net::http::Server::MakeLayer make_layer) {
    for (Fd& listener : std::exchange(listeners_, {}))
        http_.accept_on(net::Listener::adopt(std::move(listener)), make_layer);
}

void ConfiguredServer::reload(const ReloadableSettings& settings, net::AccessList access) {
    http_.set_limits(server_limits(settings, clients_));
    http_.set_access(std::move(access));
}

void ConfiguredServer::close(daemon::Deadline deadline, std::function<void()> stopped) {
    http_.when_stopped(std::move(stopped));
    http_.stop(deadline);
}

// A flood of clients must not become a flood of lines: one when it begins, and it has ended when
// nothing of the kind has happened for a while.
bool ConfiguredServer::is_news(daemon::Deadline& quiet_until) const {
    const bool is_new = quiet_until.expired(loop_.now());
    quiet_until = daemon::Deadline::after(kQuiet, loop_.now());
    return is_new;
}

net::http::Server::DoorHandlers ConfiguredServer::log_lines() {
    return {
        .on_denied =
            [this](const Address& peer) { log_.debug("{} is not allowed here", peer.host_text()); },
        .on_turned_away =
            [this](const Address& peer, net::ReachedLimit reason) {
                if (!is_news(turning_away_told_)) return;
                log_.warning("{} {}", peer.host_text(),
                             reason == net::ReachedLimit::network_limit
                                 ? "has too many connections already and is turned away"
                                 : "is turned away: the limit of connections is reached");
            },
        .on_exhausted =
            [this](int error_number) {
                // Each descriptor that is freed and taken again would be a line.
                if (!is_news(exhaustion_told_)) return;
                log_.warning("cannot accept for now: {}", daemon::error_text(error_number));
            },
        .on_not_secured =
            [this](const Address& peer, const std::string& why) {
                log_.debug("{}: no TLS: {}", peer.host_text(), why);
            },
    };
}

std::string ConfiguredServer::counters() const {
    const net::http::Server::Counters& served = http_.counters();
    return fmt::format(
        R"("open_connections":{},"connections":{},"requests":{},"refused_requests":{},)"
        R"("denied":{},"turned_away":{},"failed_connections":{},"not_secured":{})",
        http_.places_taken(), served.connections, served.requests, served.refused_requests,
        served.denied, served.turned_away, served.failed_connections, served.not_secured);
}

}  // namespace waymark::tracker
