// One TCP connection through the relay: two sockets, and between them two ways. Each way has a task
// that takes bytes where they come in, and one that brings them on when their time has come, with a
// bounded queue between the two: who is not read does not fill our memory.

#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "daemon/deadline.hh"
#include "net/connection_gate.hh"
#include "net/event_loop.hh"
#include "net/notice.hh"
#include "net/stream.hh"
#include "net/task_group.hh"
#include "relay_faults.hh"

namespace waymark::lab {

// Joins two connected, non-blocking sockets, and starts what brings bytes from one to the other.
// The tasks own the connection and end with it; `loop`, `tasks` and `faults` must outlive them.
// `slot` is given back when the last of them ends. Throws std::system_error.
void relay_connection(net::EventLoop& loop, net::TaskGroup& tasks, const RelayFaults& faults,
                      daemon::Fd client, daemon::Fd target, net::ConnectionGate::Slot slot);

}  // namespace waymark::lab
