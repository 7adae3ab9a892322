// The handler of the designs whose threads or processes have one client at a time: it blocks, so it
// reads as one would tell it. The others cannot wait in here, and have echo_client.hh instead.

#pragma once

#include "daemon/fd.hh"

namespace waymark::echo {

using daemon::Fd;

// Sends back what comes on this blocking, connected socket until its client has ended or is gone.
// It has no time limit: a client that says nothing keeps whoever serves it (examples/lines has
// limits). Throws std::system_error for a descriptor that is no such socket.
void echo_back(const Fd& client);

// The same for a process that has one client at a time, where SIGTERM or SIGINT is to end the echo
// in order: their handler lets the client's end come at once, by shutdown(2), which a handler may
// call (signal-safety(7)); the read that waits, or the next one, then says "end". A flag that is
// looked at before each read would miss the signal that comes between the look and the read. After
// kGrace the connection is cut. Gives false if such a signal has come.
bool echo_back_until_signal(const Fd& client);

}  // namespace waymark::echo
