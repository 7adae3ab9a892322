// An HTTP/1.1 server on one event loop: it accepts on its addresses, closes whom the access list
// denies or for whom the gate has no place before any work is done for them, and runs one coroutine
// a connection (net/http/connection), all of them held here. Handlers are found by the router.
//
// A listener may be one for secured connections (TLS); everything else is the same for both.
//
// A server of several threads or processes is several of these, one on each loop: they share
// nothing.

#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "net/acceptor.hh"
#include "net/access_list.hh"
#include "net/address.hh"
#include "net/connection_gate.hh"
#include "net/event_loop.hh"
#include "net/http/buffers.hh"
#include "net/http/date.hh"
#include "net/http/request_parser.hh"
#include "net/http/router.hh"
#include "net/http/writer.hh"
#include "net/listener.hh"
#include "net/stream_layer.hh"
#include "net/task_group.hh"

namespace waymark::net::http {

class Connection;

// What a peer may take. Defaults to ship with. The grace may be 0, all else is at least 1.
struct ServerLimits {
    GateLimits gate;                              // how many clients, in all and of one network
    std::chrono::milliseconds handshake{10'000};  // of a secured connection
    std::chrono::milliseconds head{10'000};       // for a whole head, from its first byte
    std::chrono::milliseconds body{60'000};       // for a whole body
    // A body must also come this fast, after a time of grace: one that drips is cut off early.
    std::chrono::milliseconds body_grace{5'000};
    std::uint64_t body_bytes_per_second = 500;
    std::chrono::milliseconds send{10'000};  // in which some of an answer must be taken
    std::chrono::milliseconds idle{15'000};  // between two requests
    std::uint32_t requests = 1000;           // on one connection, then it is closed
};

class Server {
  public:
    struct Counters {
        std::uint64_t connections = 0;
        std::uint64_t requests = 0;
        std::uint64_t refused_requests = 0;    // malformed, too large, too slow
        std::uint64_t denied = 0;              // by the access list
        std::uint64_t turned_away = 0;         // by the gate
        std::uint64_t not_secured = 0;         // their handshake failed, or took too long
        std::uint64_t failed_connections = 0;  // by our own system: no memory, no place in epoll
    };

    // Hear of clients that are not served. Each may be empty. What they throw costs that client, as
    // if there were no memory for it.
    struct DoorHandlers {
        std::function<void(const Address& peer)> on_denied;
        std::function<void(const Address& peer, ReachedLimit limit)> on_turned_away;
        std::function<void(int error_number)> on_exhausted;  // no descriptors: once a time
        // `why` is a line of printable ASCII (StreamLayer::failure()).
        std::function<void(const Address& peer, const std::string& why)> on_not_secured = {};
    };

    // `loop` and `router` must outlive the server. Limits that contradict each other, or leave no
    // time at all, are a UsageError (also net/connection_gate). Longer than the clock is for ever.
    Server(EventLoop& loop, const Router& router, const ServerLimits& limits = {});
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    // Begins to accept here; the gate counts the clients of all addresses together. After stop() it
    // is closed at once. Throws std::system_error if the loop cannot watch the listener.
    //
    // `make_layer` makes each connection's layer: [&tls] { return tls.accept(); } for TLS
    // (net/tls_context). The handshake is the connection's own first wait and holds up nobody; who
    // fails in it reaches no handler.
    using MakeLayer = std::function<std::unique_ptr<StreamLayer>()>;
    void accept_on(Listener listener, MakeLayer make_layer = {});
    // Serves a connected, non-blocking socket that somebody else has accepted, past list and gate.
    // What our own system refuses it, now or later, ends this connection alone; it is counted, or
    // thrown if there is no memory to begin.
    void serve(daemon::Fd socket, const Address& peer, std::unique_ptr<StreamLayer> layer = {}) {
        serve(std::move(socket), peer, {}, std::move(layer));
    }

    // Accepts nobody else, and closes its addresses in the loop's next round. Closes idle
    // connections at once; the others finish what they answer, and say so with "Connection: close";
    // those that have not by `deadline` are cut off. Then whoever waits for the peer is told at
    // once (Exchange::flush says false); a handler that still waits a round later, for a Notice, a
    // timer or a call to a pool, is destroyed where it waits, and nobody logs its answer. What such
    // a call does on its thread goes on to its end (net/pool_call). An answer in the middle is
    // reset, so that nobody takes it for the whole. A second call moves the deadline.
    void stop(daemon::Deadline deadline);
    // For a configuration that was read again. Holds from the next wait of each connection on; who
    // is inside stays. Throws as the constructor, and then nothing has changed.
    void set_limits(const ServerLimits& limits);
    const ServerLimits& limits() const { return limits_; }
    // From the next client on. Without one, everybody is allowed.
    void set_access(AccessList access) { access_ = std::move(access); }
    void when_not_served(DoorHandlers handlers) { door_ = std::move(handlers); }
    // Go with every answer from now on, also with those that no handler writes: refusals of what is
    // malformed or unknown, and 500.
    void set_fields(FieldBlock fields) { fields_ = std::move(fields); }
    // What errors look like from the next answer on; null: a line of text. The caller keeps them.
    void set_error_pages(const ErrorPages* pages) { pages_ = pages; }
    bool is_stopping() const { return is_stopping_; }

    // Called when stop() begins: for handlers that would never end by themselves, event streams.
    void when_stopping(std::function<void()> handler) { when_stopping_ = std::move(handler); }
    // Called once, when stop() was called and the last connection is gone; at once if that is so.
    void when_stopped(std::function<void()> handler);

    // Called after each answer: the access log.
    using Log = std::function<void(const Exchange& exchange, int status)>;
    void when_answered(Log log) { log_ = std::move(log); }
    // Called with each request that no handler sees, because it is malformed, too large or too
    // slow, and with each client that the access list denies: then the status is 0, for it is not
    // answered.
    void when_refused(std::function<void(const Address& peer, const Refusal& refusal)> handler) {
        refused_ = std::move(handler);
    }
    // Called with what a handler threw; the peer gets 500, or 503 for std::bad_alloc.
    void when_handler_fails(std::function<void(std::exception_ptr)> handler) {
        handler_failed_ = std::move(handler);
    }

    std::size_t open_connections() const { return tasks_.size(); }
    // Of those that came in through the gate.
    std::size_t places_taken() const { return gate_.count(); }
    const Counters& counters() const { return counters_; }
    EventLoop& loop() { return loop_; }

  private:
    friend class Connection;

    void prepare(const daemon::Fd& socket) const;
    void receive(daemon::Fd socket, const Address& peer, const MakeLayer& make_layer,
                 bool is_prepared);
    void serve(daemon::Fd socket, const Address& peer, ConnectionGate::Slot slot,
               std::unique_ptr<StreamLayer> layer);
    void accept_while_there_is_room();
    void cut_off();
    void tell_if_stopped();

    EventLoop& loop_;
    const Router& router_;
    ServerLimits limits_;
    ConnectionGate gate_;
    AccessList access_{Access::allow};
    DoorHandlers door_;
    FieldBlock fields_;
    const ErrorPages* pages_ = nullptr;
    Counters counters_;
    DateClock clock_;
    BufferPool buffers_;
    bool is_stopping_ = false;
    bool is_cutting_off_ = false;
    std::function<void()> when_stopping_;
    std::function<void()> when_stopped_;
    Log log_;
    std::function<void(std::exception_ptr)> handler_failed_;
    std::function<void(const Address&, const Refusal&)> refused_;
    Timer stop_timer_;
    std::vector<std::unique_ptr<Acceptor>> acceptors_;
    Timer close_timer_;  // an acceptor must not be destroyed in its own call
    Connection* first_ = nullptr;
    // Last: its connections use all of the above while they are destroyed.
    TaskGroup tasks_{[this](std::exception_ptr) { ++counters_.failed_connections; }};
};

}  // namespace waymark::net::http
