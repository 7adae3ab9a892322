// The daemon at work: one thread, an event loop, a coroutine for each client. It lets in whom the
// access list allows and for whom there is a place, holds each to its times, and hears the signals:
//
//   SIGTERM, SIGINT   nobody else comes in; answers that are under way are finished, for as long as
//                     stop_time; a second signal does not wait
//   SIGHUP            the settings are read again, whole or not at all, and the log file is opened
//                     anew, so that it can be rotated

#pragma once

#include <chrono>
#include <exception>
#include <span>

#include "daemon/daemonize.hh"
#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "daemon/log.hh"
#include "daemon/signals.hh"
#include "net/acceptor.hh"
#include "net/address.hh"
#include "net/connection_gate.hh"
#include "net/event_loop.hh"
#include "net/idle_streams.hh"
#include "net/listener.hh"
#include "net/stream.hh"
#include "net/task.hh"
#include "net/task_group.hh"
#include "net/timer_queue.hh"
#include "options.hh"

namespace app {

class Service final : private net::EventLoop::Watcher {
  public:
    // `log` and `readiness` must outlive it. From here on the signals are heard.
    Service(net::Listener listener, Settings settings, daemon::Log& log,
            daemon::Readiness& readiness, ReadAgain read_again);
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;
    ~Service();

    // Serves until a signal ends it.
    void run() { loop_.run(); }

  private:
    void receive(daemon::Fd socket, const net::Address& peer);
    net::Task<void> serve(daemon::Fd socket, net::ConnectionGate::Slot slot);
    net::Task<net::Transfer> hear(net::Stream& stream, std::span<char> piece,
                                  daemon::Deadline deadline);
    bool on_ready(std::uint32_t events) override;
    void reload();
    void stop();
    void stop_if_done();

    Settings settings_;
    daemon::Log& log_;
    daemon::Readiness& readiness_;
    ReadAgain read_again_;
    daemon::SignalDescriptor signals_{SIGTERM, SIGINT, SIGHUP};
    net::EventLoop loop_;
    net::ConnectionGate gate_;
    net::Acceptor acceptor_;
    net::Timer cut_off_;
    bool is_stopping_ = false;
    net::IdleStreams waiting_;  // for the next line
    // Last: it is destroyed first, with the clients in it, and they use all of the above.
    net::TaskGroup clients_;
};

}  // namespace app
