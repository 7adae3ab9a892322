// Who reaches whom: each host asks all others and the gateway for an echo, over both families,
// from the address that the plan gives it (plan.hh).

#pragma once

#include "state.hh"

namespace waymark::lab {

// Prints a table, a row for each host, and returns 0 if all reach all, else 111. A target that has
// not answered after three questions of a second each is not reached; over a way that loses or
// delays, "no" is an answer about these three. Throws std::system_error.
int check_reach(const Lab& lab);

}  // namespace waymark::lab
