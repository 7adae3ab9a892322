// The order of commits. Each fix carries the sequence of the commit that stored it: greater than
// all that this store had before. In SQLite it is a count; in PostgreSQL each writer has its own,
// which is a time in microseconds (store/writer.hh), so that those of several writers can be
// compared as well as their clocks agree. By it a page finds what is new, a destination what has
// not been sent yet (store/forwarding.hh), and a correction of speeds what was stored before the
// unit was set right.

#pragma once

#include <cstdint>

#include "store/connection.hh"

namespace waymark::tracker {

// Of the newest commit that stored or changed a fix; what comes later has a greater one.
std::int64_t newest_sequence(Connection& connection);
// The writer whose fixes this connection stores: 0 where there is only one (SQLite).
std::int64_t own_writer(Connection& connection);
// What the fixes of this transaction carry, which must be one that writes.
std::int64_t next_sequence(Connection& connection);
// This transaction has stored or changed a fix under next_sequence().
void write_sequence(Connection& connection, std::int64_t sequence);

}  // namespace waymark::tracker
