#include "balancer.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <string>
#include <utility>

#include "daemon/error.hh"
#include "net/socket_options.hh"
#include "proxy_header.hh"

namespace waymark::balancer {

using daemon::Deadline;
using net::Address;

namespace {

// With fronts all clients come from a few addresses: what counts is whom they announce.
net::GateLimits limits_at_the_door(const Balancer::Settings& settings) {
    return {.soft = settings.connections,
            .hard = settings.connections,
            .per_network = settings.fronts ? settings.connections : settings.per_network,
            .early_drop = {}};
}

net::GateLimits limits_of_announced(const Balancer::Settings& settings) {
    return {.soft = settings.connections,
            .hard = settings.connections,
            .per_network = settings.per_network,
            .early_drop = {}};
}

ReadySocket::Kind kind_of(const Address& peer) {
    return peer.is_ip() ? ReadySocket::Kind::tcp : ReadySocket::Kind::local;
}

}  // namespace

Balancer::Balancer(net::EventLoop& loop, daemon::Log& log, BackEnds& back_ends, Transfer transfer,
                   Settings settings)
    : loop_(loop),
      log_(log),
      back_ends_(back_ends),
      store_(transfer),
      settings_(std::make_shared<const Settings>(std::move(settings))),
      gate_(limits_at_the_door(*settings_)),
      announced_(limits_of_announced(*settings_)),
      close_timer_(loop.timers(), [this] { acceptors_.clear(); }),
      cut_off_(loop.timers(), [this] { clients_.destroy_all(); }),
      clients_([this](std::exception_ptr error) {
          ++counters_.failed;
          log_.error("a client was given up: {}", daemon::message_of(error));
      }) {
    gate_.on_room([this] { accept_while_there_is_room(); });
    clients_.when_empty([this] { tell_if_stopped(); });
}

Balancer::~Balancer() {
    gate_.on_room({});
    clients_.when_empty({});
}

void Balancer::accept_on(net::Listener listener) {
    // The kernel hands it on to each connection.
    if (listener.address().is_ip()) net::send_without_delay(listener.fd());
    acceptors_.push_back(std::make_unique<net::Acceptor>(
        loop_, std::move(listener),
        [this](daemon::Fd socket, const Address& peer) { receive(std::move(socket), peer); },
        [this](int error) { log_.error("accept: {}; pausing", daemon::error_text(error)); }));
}

void Balancer::set_settings(Settings settings) {
    net::check_limits(limits_at_the_door(settings));
    net::check_limits(limits_of_announced(settings));
    settings_ = std::make_shared<const Settings>(std::move(settings));
    gate_.set_limits(limits_at_the_door(*settings_));
    announced_.set_limits(limits_of_announced(*settings_));
    accept_while_there_is_room();
}

void Balancer::accept_while_there_is_room() {
    if (is_stopping_) return;
    for (const auto& acceptor : acceptors_)
        gate_.has_room() ? acceptor->resume() : acceptor->pause();
}

// Before a byte is read.
void Balancer::receive(daemon::Fd socket, const Address& peer) {
    ++counters_.accepted;
    const net::AccessList& list = settings_->fronts ? *settings_->fronts : settings_->access;
    if (!list.allows(peer)) {
        ++counters_.denied;
        log_.debug("{}: denied", peer.to_string());
        return;
    }
    net::ConnectionGate::Entry entry = gate_.enter(peer);
    if (entry.admission == net::Admission::refused) {
        ++counters_.too_many;
        log_.debug("{}: too many of this address", peer.to_string());
        return;
    }
    if (!gate_.has_room()) accept_while_there_is_room();
    clients_.start(serve(std::move(socket), peer, std::move(entry.slot)));
}

net::Task<void> Balancer::serve(daemon::Fd socket, Address peer, Slot) {
    const SettingsInForce settings = settings_;
    Wake wake(loop_);
    ReadySocket client(loop_, std::move(socket), kind_of(peer), wake);
    client.read_at_once();
    Caller caller{peer, {}, {}};
    if (settings->fronts) {
        const bool is_announced = co_await hear_header(client, wake, caller, *settings);
        if (!is_announced) co_return;
    }

    std::optional<BackEnd::Use> use;
    net::ConnectResult reached = co_await reach(caller.source.network_key(), *settings, use);
    if (!reached.socket) {
        note_unserved();
        co_return;
    }
    is_without_back_end_ = false;
    if (reached.address.is_ip()) net::send_without_delay(reached.socket);
    ReadySocket back_end(loop_, std::move(reached.socket), kind_of(reached.address), wake);
    BackEnd::Counters& counters = (*use)->counters;
    Relay relay(loop_, wake, client, back_end, store_, {counters.bytes_to, counters.bytes_from},
                settings->times);
    if (settings->sends_proxy) {
        if (caller.destination.family() == AF_UNSPEC)
            caller.destination = net::local_address(client.fd());
        relay.send_first(proxy_header(caller.source, caller.destination));
    }
    const Relay::End end = co_await relay.run();
    note_end(caller, **use, end);
}

// Never reads a byte more than the header has: what follows is the client's, and is passed on.
net::Task<bool> Balancer::hear_header(ReadySocket& client, Wake& wake, Caller& caller,
                                      const Settings& settings) {
    const Deadline deadline = Deadline::after(settings.header, loop_.now());
    std::string received;
    std::array<char, 512> piece;
    ProxyHeader header = read_proxy_header(received);
    while (header.state == ProxyHeader::State::incomplete) {
        const std::size_t wanted = std::min(header.bytes - received.size(), piece.size());
        const ssize_t got = client.receive(std::span(piece).first(wanted));
        const bool must_wait = got == -1 && (errno == EAGAIN || errno == EWOULDBLOCK);
        if (got <= 0 && !must_wait) break;
        if (must_wait) {
            const bool is_called = co_await wake.until(deadline);
            if (!is_called) break;
        } else {
            received.append(piece.data(), static_cast<std::size_t>(got));
            header = read_proxy_header(received);
        }
    }
    if (header.state == ProxyHeader::State::own) co_return true;
    if (header.state == ProxyHeader::State::announced) {
        caller.destination = header.destination;
        co_return admit(caller, header.source, settings);
    }
    ++counters_.malformed;
    log_.debug("{}: no PROXY header: {}", caller.source.to_string(),
               header.state == ProxyHeader::State::malformed ? header.problem : "it did not come");
    co_return false;
}

bool Balancer::admit(Caller& caller, const Address& source, const Settings& settings) {
    caller.source = source;
    if (!settings.access.allows(source)) {
        ++counters_.denied;
        log_.debug("{}: denied", source.to_string());
        return false;
    }
    net::ConnectionGate::Entry entry = announced_.enter(source);
    if (entry.admission == net::Admission::refused) {
        ++counters_.too_many;
        log_.debug("{}: too many of this address", source.to_string());
        return false;
    }
    caller.slot = std::move(entry.slot);
    return true;
}

// The socket owns nothing if nobody could be reached; then `use` is empty, too.
net::Task<net::ConnectResult> Balancer::reach(const net::NetworkKey& client,
                                              const Settings& settings,
                                              std::optional<BackEnd::Use>& use) {
    std::array<std::uint64_t, kMostTries> tried;
    for (std::size_t count = 0; count < static_cast<std::size_t>(settings.tries); ++count) {
        const std::shared_ptr<BackEnd> chosen =
            back_ends_.choose(client, std::span(tried).first(count));
        if (!chosen) break;
        if (count > 0) ++counters_.retries;
        use.emplace(chosen);
        const Deadline deadline = Deadline::after(settings.connect, loop_.now());
        net::ConnectOnLoop connecting(loop_, chosen->addresses(), deadline);
        net::ConnectResult result = co_await connecting;
        if (result.socket) {
            ++chosen->counters.connections;
            back_ends_.connected(*chosen, true, {});
            co_return result;
        }
        const std::string cause = cause_text(result, settings.connect);
        log_.warning("back end {}: connect: {}", chosen->name(), cause);
        chosen->count_failure(result.status);
        back_ends_.connected(*chosen, false, cause);
        tried[count] = chosen->id();
        use.reset();
    }
    co_return net::ConnectResult{net::ConnectStatus::not_tried, {}, {}, {}};
}

// Once, until there is one again: a crowd that is sent away must not fill the log.
void Balancer::note_unserved() {
    ++counters_.unserved;
    if (std::exchange(is_without_back_end_, true)) return;
    log_.error("no back end can be reached: clients are closed");
}

void Balancer::note_end(const Caller& caller, BackEnd& back_end, Relay::End end) {
    if (end == Relay::End::idle || end == Relay::End::too_long) ++counters_.timed_out;
    if (end == Relay::End::back_end_broke) ++back_end.counters.broken;
    if (log_.wants(daemon::Severity::debug))
        log_.debug("{} to {}: {}", caller.source.to_string(), back_end.name(), to_text(end));
}

void Balancer::stop(Deadline deadline) {
    is_stopping_ = true;
    for (const auto& acceptor : acceptors_) acceptor->pause();
    close_timer_.set(Deadline(Deadline::Clock::time_point::min()));
    cut_off_.set(deadline);
    tell_if_stopped();
}

void Balancer::tell_if_stopped() {
    if (!is_stopping_ || clients_.size() > 0 || !stopped_) return;
    std::exchange(stopped_, {})();
}

}  // namespace waymark::balancer
