// Who stores fixes, where several trackers share a database (PostgreSQL). Each is a row of the
// table `writer`, and counts its commits for itself: `sequence`, as microseconds of its clock, but
// always above its last one. Whoever wants another tracker's news asks for the fixes of that writer
// above a sequence, and misses none, because one writer commits one transaction after the other.
//
// The name of a writer is a random text in a file of its data folder. Two servers on one folder are
// refused by a lock of that folder; two on copies of a folder would be one writer, and so each
// start puts a random number into the row (`process`). A transaction that does not find its own
// there fails: this server was replaced.
//
// Commands share the row 'command', which one transaction has at a time, and which has no process.

#pragma once

#include <string>
#include <string_view>

#include "store/connection.hh"

namespace waymark::tracker {

// What the file FOLDER/waymark.writer says; made if there is none. Throws std::system_error.
std::string writer_name(const std::string& folder);

// The number of the writer, whose row is made if there is none.
std::int64_t writer_number(Connection& connection, std::string_view name);

// The row of all commands, which is made with the first opening for writing (become_writer).
std::int64_t command_writer(Connection& connection);

// Makes the connection that writer; "" is that of commands. What had it before is shut out. In
// SQLite nothing happens.
void become_writer(Connection& connection, std::string_view name);
// The same after a loss: throws StoreError if another has become that writer since.
void remain_writer(Connection& connection, const Writer& writer);

// The sequence of this transaction, which is the only one of its writer until its end. Throws
// StoreError if another has become that writer.
std::int64_t advance_writer(Connection& connection);

// Begins a transaction, and the same in one answer of the server: of a writer with a process nobody
// else moves the sequence, so it is `last`, what its transaction before had, that decides.
std::int64_t begin_as_writer(Connection& connection, std::int64_t last);

// Waits until no writer is within a transaction, and lets none begin another before this one ends.
// What is committed before the call is known to all that they store afterwards. In SQLite nothing
// happens: who writes there is alone.
void wait_for_writers(Connection& connection);

// Microseconds since 1970, by this machine's clock.
std::int64_t now_as_sequence();

}  // namespace waymark::tracker
