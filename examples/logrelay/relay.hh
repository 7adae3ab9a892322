// The relay: messages come in (intake), are kept for a while (message_ring), and go out to every
// client that is there (delivery). One thread, one event loop.

#pragma once

#include <optional>
#include <utility>

#include "daemon/fd.hh"
#include "daemon/log.hh"
#include "delivery.hh"
#include "intake.hh"
#include "message_ring.hh"
#include "net/event_loop.hh"
#include "net/listener.hh"
#include "net/timer_queue.hh"
#include "net/tls_context.hh"
#include "options.hh"

namespace waymark::logrelay {

class Relay final {
  public:
    // All must outlive it. Throws UsageError for rules and certificates that are wrong, and
    // std::system_error.
    Relay(net::EventLoop& loop, const Options& options, net::Listener listener, daemon::Log& log);

    // A bound datagram socket, of UDP or of the local kind.
    void take_messages_from(daemon::Fd socket) { intake_.take_from(std::move(socket)); }

    // Reads rules and certificates again. If something is wrong it is logged, and all the old ones
    // hold.
    void reload();

    // One line in the log: what came, what went, what was dropped.
    void log_counts();

    // Takes no more clients, and no messages but those that have arrived. The clients have what is
    // there, for as long as stop_time, and then the loop stops. A second call does not wait.
    void stop();

  private:
    void log_notes();

    net::EventLoop& loop_;
    const Options& options_;
    daemon::Log& log_;
    std::optional<net::TlsServerContext> tls_;
    MessageRing ring_;
    net::Timer cut_off_;
    Delivery delivery_;
    Intake intake_;
    bool is_stopping_ = false;
};

}  // namespace waymark::logrelay
