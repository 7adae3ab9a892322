// The way out: every client that may have messages has them. A client is a coroutine with a place
// in the ring (client_place): it makes the next piece when its client has taken the last one whole,
// so no line is torn, and one that reads slowly costs the others nothing.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "daemon/fd.hh"
#include "daemon/log.hh"
#include "gathered_news.hh"
#include "message_ring.hh"
#include "net/acceptor.hh"
#include "net/access_list.hh"
#include "net/connection_gate.hh"
#include "net/event_loop.hh"
#include "net/listener.hh"
#include "net/notice.hh"
#include "net/task_group.hh"
#include "net/tls_context.hh"

namespace waymark::logrelay {

class Delivery {
  public:
    struct Settings {
        net::GateLimits clients;
        std::chrono::milliseconds handshake_time;
        std::chrono::milliseconds greeting_time;
        std::chrono::milliseconds patience;  // for a client that takes no bytes
    };
    struct Counts {  // for all clients, those that have gone included
        std::uint64_t sent = 0;
        std::uint64_t dropped = 0;
    };

    // All but the listener must outlive it. Without `tls` it speaks in plain text.
    Delivery(net::EventLoop& loop, const MessageRing& ring, net::Listener listener,
             const net::TlsServerContext* tls, net::AccessList access, const Settings& settings,
             daemon::Log& log);
    Delivery(const Delivery&) = delete;
    Delivery& operator=(const Delivery&) = delete;
    ~Delivery();

    // There are messages that were not there.
    void tell_of_messages() { gathered_.add(); }

    // For who comes from now on: a client that is connected stays.
    void set_access(net::AccessList access) { access_ = std::move(access); }

    // Takes no more clients. Those that are there have what is in the ring; when the last has gone,
    // `on_done` is told.
    void stop(std::function<void()> on_done);

    const Counts& counts() const { return counts_; }
    std::size_t clients() const { return gate_.count(); }
    // When this run began (greeting.hh).
    std::uint64_t run() const { return run_; }

  private:
    struct Session;
    using SessionPointer = std::shared_ptr<Session>;

    void welcome(daemon::Fd socket, const net::Address& peer);
    net::Task<void> serve(SessionPointer session, net::ConnectionGate::Slot slot);
    net::Task<bool> agree(Session& session);
    net::Task<bool> hear_greeting(Session& session);
    net::Task<void> send_all(Session& session);
    net::Task<void> watch_for_end(SessionPointer session);
    void take_piece(Session& session, std::string& piece);
    void tell_done();

    net::EventLoop& loop_;
    const MessageRing& ring_;
    const net::TlsServerContext* tls_;
    net::AccessList access_;
    Settings settings_;
    daemon::Log& log_;
    const std::uint64_t run_;
    const std::string own_host_;
    Counts counts_;
    net::Notice news_;  // messages, or the end
    GatheredNews gathered_;
    net::ConnectionGate gate_;
    net::Acceptor acceptor_;
    bool is_stopping_ = false;
    std::function<void()> on_done_;
    // Last: it is destroyed first, with the clients in it, and they use all of the above.
    net::TaskGroup clients_;
};

}  // namespace waymark::logrelay
