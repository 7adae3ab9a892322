// Reading and writing that always comes back in time. A stream has no messages: one read(2) may
// give half of one or three at once, one write(2) may take a part, and a peer that stalls stops the
// program for ever. So every call here waits until the descriptor is ready, repeats what was cut
// short, and has ONE deadline for the whole message: with a time-out for each call, a peer that
// sends one byte a minute holds a connection for days.
//
// Works on sockets and pipes, blocking or not, and never changes their mode: the mode
// belongs to the open file, which other processes may share. A pipe must have no other reader or
// writer that takes the bytes or the room between the wait and the call. Where a deadline has come,
// what is there is still moved by one attempt, without waiting, and not by a second one.
//
// End of file, time-out and a connection that broke are what peers do: a status, not an exception.
// A wrong descriptor or a failing system throws std::system_error. Nothing here raises SIGPIPE.

#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"

namespace waymark::net {

using daemon::Deadline;
using daemon::Fd;

enum class Ready { ready, timed_out };

// Waits until a read (write) will not block: there are bytes, the end, or an error to be told. A
// deadline that has come still asks once, without waiting. Signals do not make the wait longer.
//
// These use poll(2). The select(2) versions do the same and exist because select is what one meets
// in other programs; they refuse descriptors from FD_SETSIZE (1024) on with EINVAL, where FD_SET
// would write beyond its array (select(2), BUGS).
Ready wait_readable(const Fd& fd, Deadline deadline);
Ready wait_writable(const Fd& fd, Deadline deadline);
Ready wait_readable_by_select(const Fd& fd, Deadline deadline);
Ready wait_writable_by_select(const Fd& fd, Deadline deadline);

enum class IoStatus {
    done,       // all that was asked for
    end,        // the peer ended the stream first
    timed_out,  // the deadline came first
    broken,     // the connection is gone: reset, no reader, no route
    too_long,   // a line without an end within its limit (net/line_reader)
};

struct IoResult {
    IoStatus status;
    std::size_t count;  // bytes moved, also when the status is not `done`
};

// At least one byte, at most `buffer`, which must not be empty.
IoResult read_some(const Fd& fd, std::span<std::byte> buffer, Deadline deadline);

// The whole buffer, and nothing behind it is taken from the stream. `end` with count 0 is an
// orderly end; with more, the message was cut.
IoResult read_exactly(const Fd& fd, std::span<std::byte> buffer, Deadline deadline);

// All of `bytes`; of none it is `done` without a call. `done` means that the kernel has them, not
// that the peer has read them.
IoResult write_all(const Fd& fd, std::span<const std::byte> bytes, Deadline deadline);
IoResult write_all(const Fd& fd, std::string_view text, Deadline deadline);

// What an errno of read, write, recv or send means. For loops of one's own, and for tests.
enum class IoErrorKind {
    try_again,  // EAGAIN, EINTR: wait, then call again
    broken,     // the connection is gone
    failure,    // our descriptor or the system is at fault
};
IoErrorKind classify_io_error(int error_number);

}  // namespace waymark::net
