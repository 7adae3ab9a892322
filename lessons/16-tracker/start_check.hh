// What a start would find wrong that no single setting shows: addresses that are named twice or are
// not this machine's or stand in each other's way, folders that cannot be written or are not to be
// given to the server's user, files in the way of its own, a path too long for a socket, more
// threads than the limits of the process allow. `tracker check` looks at these and starts nothing;
// of a database it reads the first bytes only. A start may find more: damage, and memory and
// processes that run out.

#pragma once

#include <string>
#include <vector>

#include "settings.hh"

namespace waymark::tracker {

// Throws UsageError if the store could not hold a channel to each thread of each receiver.
void check_descriptors(const Settings& settings);

// Throws UsageError if there is to be a street map and the user whom the server becomes could not
// read it, or the pages could not draw it.
void check_map(const Settings& settings);

// The same for whose certificates are to be believed of those whom the server calls.
void check_authorities(const Settings& settings);

// Throws UsageError, or std::system_error for an address that cannot be bound. Gives what a person
// should know besides, a line each: with whose eyes root has looked at the files, and what holds at
// the moment only, addresses that are in use by another program. `config` is the file of the
// settings, or "". To be called before there are threads.
std::vector<std::string> check_start(const Settings& settings, const std::string& config);

}  // namespace waymark::tracker
