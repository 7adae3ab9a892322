// An HTTP/1.1 server on one event loop: one coroutine a connection (net/http/connection), all of
// them held here. Sockets are brought by whoever accepts them; handlers are found by the router.
//
// A server of several threads or processes is several of these, one on each loop: they share
// nothing.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "net/address.hh"
#include "net/connection_gate.hh"
#include "net/event_loop.hh"
#include "net/http/buffers.hh"
#include "net/http/date.hh"
#include "net/http/router.hh"
#include "net/http/writer.hh"
#include "net/task_group.hh"

namespace waymark::net::http {

class Connection;

// What a peer may take. Defaults to ship with.
struct ServerLimits {
    std::chrono::milliseconds head{10'000};  // for a whole head, from its first byte
    std::chrono::milliseconds body{60'000};  // for a whole body
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
        std::uint64_t failed_connections = 0;  // by our own system: no memory, no place in epoll
    };

    // `loop` and `router` must outlive the server.
    Server(EventLoop& loop, const Router& router, const ServerLimits& limits = {});
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    // Takes a connected, non-blocking socket and serves it; the connection holds `slot` as long as
    // it lives. What our own system refuses it, now or later, ends this connection alone; it is
    // counted, or thrown if there is no memory to begin.
    void serve(daemon::Fd socket, const Address& peer, ConnectionGate::Slot slot = {});

    // Closes idle connections at once. The others finish what they answer, and say so with
    // "Connection: close"; those that have not by `deadline` are cut off.
    void stop(daemon::Deadline deadline);
    // For a configuration that was read again. Holds from the next wait of each connection on.
    void set_limits(const ServerLimits& limits) { limits_ = limits; }
    const ServerLimits& limits() const { return limits_; }
    // Go with every answer from now on, also with those that no handler writes: refusals of what is
    // malformed or unknown, and 500.
    void set_fields(FieldBlock fields) { fields_ = std::move(fields); }
    bool is_stopping() const { return is_stopping_; }

    // Called when stop() begins: for handlers that would never end by themselves, event streams.
    void when_stopping(std::function<void()> listener) { when_stopping_ = std::move(listener); }
    // Called when stop() was called and the last connection is gone.
    void when_stopped(std::function<void()> listener);

    // Called after each answer: the access log.
    using Log = std::function<void(const Exchange& exchange, int status)>;
    void when_answered(Log log) { log_ = std::move(log); }
    // Called with what a handler threw; the peer gets 500.
    void when_handler_fails(std::function<void(std::exception_ptr)> listener) {
        handler_failed_ = std::move(listener);
    }

    std::size_t open_connections() const { return tasks_.size(); }
    const Counters& counters() const { return counters_; }
    EventLoop& loop() { return loop_; }

  private:
    friend class Connection;

    EventLoop& loop_;
    const Router& router_;
    ServerLimits limits_;
    FieldBlock fields_;
    Counters counters_;
    DateClock clock_;
    BufferPool buffers_;
    bool is_stopping_ = false;
    std::function<void()> when_stopping_;
    std::function<void()> when_stopped_;
    Log log_;
    std::function<void(std::exception_ptr)> handler_failed_;
    Timer stop_timer_;
    Connection* first_ = nullptr;
    // Last: its connections use all of the above while they are destroyed.
    TaskGroup tasks_{[this](std::exception_ptr) { ++counters_.failed_connections; }};
};

}  // namespace waymark::net::http
