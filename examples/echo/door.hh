// Where clients come in, for the designs that wait here and nowhere else: one client after the
// other, until SIGTERM or SIGINT. A plain accept(2) would not do: a signal that comes just before
// it is handled, and then the call waits for a client who may never come. So poll(2) waits for
// both.

#pragma once

#include <functional>
#include <optional>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "daemon/signals.hh"
#include "net/accept_back_off.hh"
#include "net/listener.hh"
#include "program.hh"

namespace waymark::echo {

class Door {
  public:
    // Says where it listens. `on_child` is called when a child process has ended (SIGCHLD). Make
    // it before any thread: it blocks these signals, and threads inherit that.
    explicit Door(Listener listener, std::function<void()> on_child = {});

    // The next client, a blocking socket; owns nothing when the server is to end. Without
    // descriptors it pauses (net/accept_back_off).
    daemon::Fd next_client();

    // No more clients: those that nobody has accepted are reset by the kernel. Also for a child,
    // which must not keep the address after its parent's end.
    void close() { listener_.reset(); }

  private:
    bool hear_signals();  // false for those that end the server
    daemon::Fd accept();

    daemon::SignalDescriptor signals_{SIGTERM, SIGINT, SIGCHLD};
    std::optional<Listener> listener_;
    std::function<void()> on_child_;
    net::AcceptBackOff back_off_;
    daemon::Deadline pause_{daemon::Deadline::Clock::time_point::min()};
};

}  // namespace waymark::echo
