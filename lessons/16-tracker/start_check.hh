// What a start would find wrong that no single setting shows: addresses that are named twice or are
// not this machine's, folders that cannot be written, a path too long for a socket, more threads
// than the limits of the process allow. `tracker check` looks at all of it and starts nothing; a
// start looks at what it would otherwise find out late. It refuses what it can know: memory and
// processes may run out all the same.

#pragma once

#include <string>
#include <vector>

#include "settings.hh"

namespace waymark::tracker {

// Throws UsageError if the store could not hold a channel to each thread of each receiver.
void check_descriptors(const Settings& settings);

// Throws UsageError, or std::system_error for an address that cannot be bound. Gives what holds at
// the moment only, a line each: addresses that are in use by another program.
std::vector<std::string> check_start(const Settings& settings);

}  // namespace waymark::tracker
