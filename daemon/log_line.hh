// Pieces of the text of one log line, before anybody writes it: the time and the message. No
// descriptor in it. What comes from the network is made harmless here: a line end in a
// user's name would otherwise let him write lines of his own into our log.

#pragma once

#include <fmt/format.h>

#include <chrono>
#include <climits>
#include <cstddef>
#include <string_view>

namespace waymark::daemon {

// A whole line, with its head and its end. A pipe takes so much in one piece, also while others
// write to it (pipe(7), PIPE_BUF); of a longer line it takes a part, and another's comes between.
inline constexpr std::size_t kLongestLine = PIPE_BUF;

// A line is put together in a buffer of its own on the stack.
using LineBuffer = fmt::basic_memory_buffer<char, kLongestLine>;

// Appends `message` with control characters and backslashes as \x0a, and so that there is still
// room for a line end; what had to be cut ends in "...". Letters beyond ASCII (UTF-8) stay, but for
// control characters (U+0080 to U+009F), other ends of a line, and those that change the direction
// of writing, by which a text can be shown as another. Bytes that are no letter are escaped.
void append_escaped(LineBuffer& line, std::string_view message);

// "2026-11-21T22:49:06.123Z": ISO 8601, UTC, milliseconds.
void append_iso_time(LineBuffer& line, std::chrono::system_clock::time_point now);

// "Nov 21 22:49:06", in local time, as syslog(3) sends it (RFC 3164, 4.1.2).
void append_syslog_time(LineBuffer& line, std::chrono::system_clock::time_point now);

}  // namespace waymark::daemon
