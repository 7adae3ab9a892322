// The question "which of these descriptors can be read or written now?", in the form in which
// select(2), poll(2) and epoll(7) can all answer it. The loop (echo_loop.hh) is the same for the
// three; what differs is who keeps the list, and what it costs to ask.

#pragma once

#include <span>

#include "daemon/deadline.hh"
#include "echo_client.hh"

namespace waymark::echo {

class Readiness {
  public:
    virtual ~Readiness() = default;

    // Asks about `number`, too, from now on, or about it in another way. False if this way of
    // asking has no room for it.
    virtual bool watch(int number, Wait wait) = 0;
    // Before the descriptor is closed.
    virtual void forget(int number) = 0;

    // Waits until one of them is ready or `deadline` has come. Gives those that are ready, in
    // memory that the next call changes. Throws std::system_error.
    virtual std::span<const int> ready(daemon::Deadline deadline) = 0;
};

}  // namespace waymark::echo
