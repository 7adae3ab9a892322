// Pieces of the text of one log line, before anybody writes it: the time and the message. No
// descriptor in it. What comes from the network is made harmless here: a line end in a
// user's name would otherwise let him write lines of his own into our log.

#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string_view>

namespace waymark::daemon {

// Nothing longer is logged; what is cut ends in "...". Also the size of the buffer of a line.
inline constexpr std::size_t kLongestLine = 4096;

// A line is put together in a buffer of its own on the stack, so that logging allocates nothing.
using LineBuffer = fmt::basic_memory_buffer<char, kLongestLine + 512>;

// Appends `message` with control characters and backslashes as \x0a, and cut at kLongestLine.
// Letters beyond ASCII (UTF-8) stay, but for the control characters U+0080 to U+009F.
void append_escaped(LineBuffer& line, std::string_view message);

// "2026-11-21T22:49:06.123Z": ISO 8601, UTC, milliseconds.
void append_iso_time(LineBuffer& line, std::chrono::system_clock::time_point now);

// "Nov 21 22:49:06", in local time, as syslog(3) sends it (RFC 3164, 4.1.2).
void append_syslog_time(LineBuffer& line, std::chrono::system_clock::time_point now);

}  // namespace waymark::daemon
