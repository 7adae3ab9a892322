// Brings the frames of one way late: a process in the switch, which takes them at the port where
// they come in (packet(7)) and sends them out at the other when their time has come. It lives until
// it is stopped, and not longer than the switch.

#pragma once

#include "faults.hh"

namespace waymark::lab {

// Starts it; returns when it takes frames. Throws std::runtime_error with what it says.
void start_delay(const State& state, const Lab& lab, const Way& way, const Fault& fault);

// Stops it, if there is one; what it has not yet sent is lost. Throws std::system_error.
void stop_delay(const State& state, const Way& way);

}  // namespace waymark::lab
