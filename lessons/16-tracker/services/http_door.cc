#include "services/http_door.hh"

#include <fmt/format.h>

#include <utility>

#include "daemon/error.hh"
#include "net/socket_options.hh"

namespace waymark::tracker {

using daemon::Fd;
using net::Address;

namespace {

net::GateLimits gate_limits(const ReloadableSettings& settings) {
    // A little room below the limit is where new clients wait in the kernel's queue instead of
    // being turned away.
    const std::size_t hard = settings.max_connections;
    return {.soft = hard - hard / 16,
            .hard = hard,
            .per_network = settings.max_connections_per_address,
            .early_drop = {}};
}

net::http::ServerLimits server_limits(const ReloadableSettings& settings) {
    net::http::ServerLimits limits;
    limits.head = std::chrono::seconds(settings.header_timeout_s);
    limits.body = std::chrono::seconds(settings.body_timeout_s);
    limits.send = std::chrono::seconds(settings.send_timeout_s);
    limits.idle = std::chrono::seconds(settings.idle_timeout_s);
    return limits;
}

}  // namespace

HttpDoor::HttpDoor(net::EventLoop& loop, const net::http::Router& router, std::vector<Fd> listeners,
                   const ReloadableSettings& settings, net::AccessList access, daemon::Log& log)
    : loop_(loop),
      log_(log),
      access_(std::move(access)),
      gate_(gate_limits(settings)),
      server_(loop, router, server_limits(settings)),
      listeners_(std::move(listeners)) {
    gate_.on_room([this] {
        for (const auto& acceptor : acceptors_) acceptor->resume();
    });
}

// The connections give their slots back while they are destroyed; nobody accepts any more then.
HttpDoor::~HttpDoor() {
    gate_.on_room({});
}

void HttpDoor::open() {
    for (Fd& listener : std::exchange(listeners_, {}))
        acceptors_.push_back(std::make_unique<net::Acceptor>(
            loop_, net::Listener::adopt(std::move(listener)),
            [this](Fd socket, const Address& peer) { admit(std::move(socket), peer); },
            [this](int error_number) {
                log_.warning("cannot accept for now: {}", daemon::error_text(error_number));
            }));
}

void HttpDoor::reload(const ReloadableSettings& settings, net::AccessList access) {
    access_ = std::move(access);
    gate_.set_limits(gate_limits(settings));
    server_.set_limits(server_limits(settings));
    if (gate_.has_room())
        for (const auto& acceptor : acceptors_) acceptor->resume();
}

void HttpDoor::close(daemon::Deadline deadline, std::function<void()> stopped) {
    acceptors_.clear();
    server_.when_stopped(std::move(stopped));
    server_.stop(deadline);
}

void HttpDoor::admit(Fd socket, const Address& peer) {
    if (!access_.allows(peer)) {
        ++denied_;
        log_.debug("{} is not allowed here", peer.host_text());
        return;
    }
    net::ConnectionGate::Verdict verdict = gate_.enter(peer);
    if (verdict.admission == net::Admission::wait)
        for (const auto& acceptor : acceptors_) acceptor->pause();
    if (verdict.admission == net::Admission::refused) {
        refused(peer, verdict.reason == net::Refusal::network_limit
                          ? "has too many connections already"
                          : "is turned away, the limit is reached");
        return;
    }
    is_turning_away_ = false;
    net::send_without_delay(socket);
    server_.serve(std::move(socket), peer, std::move(verdict.slot));
}

// One line when it begins; a flood must not become a flood of lines.
void HttpDoor::refused(const Address& peer, std::string_view reason) {
    ++turned_away_;
    if (!std::exchange(is_turning_away_, true)) log_.warning("{} {}", peer.host_text(), reason);
}

std::string HttpDoor::counters() const {
    const net::http::Server::Counters& served = server_.counters();
    return fmt::format(
        R"("open_connections":{},"connections":{},"requests":{},"refused_requests":{},)"
        R"("denied":{},"turned_away":{})",
        gate_.count(), served.connections, served.requests, served.refused_requests, denied_,
        turned_away_);
}

}  // namespace waymark::tracker
