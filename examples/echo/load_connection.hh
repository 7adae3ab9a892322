// One connection of echo-load.

#pragma once

#include <cstdint>

#include "net/event_loop.hh"
#include "net/stream.hh"
#include "net/task.hh"

namespace waymark::echo {

class LoadConnection {
  public:
    // Begins to connect to this port of 127.0.0.1, from an address that `source` chooses out of a
    // few: one address has 28,000 ports only, and each stays in use for a while after its
    // connection (TIME_WAIT). Throws std::system_error.
    LoadConnection(net::EventLoop& loop, std::uint16_t port, unsigned source);

    // Sends a message and reads it back. False if something else came, or the end. The first one
    // waits until the connection is there.
    net::Task<bool> ask();

  private:
    net::Stream stream_;
};

}  // namespace waymark::echo
