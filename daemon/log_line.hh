// Pieces of the text of one log line, before anybody writes it: the time and the message. No
// descriptor in it. What comes from the network is made harmless here: a line end in a
// user's name would otherwise let him write lines of his own into our log.

#pragma once

#include <array>
#include <chrono>
#include <climits>
#include <cstddef>
#include <string_view>

namespace waymark::daemon {

// A whole line, with its head and its end. A pipe takes so much in one piece, also while others
// write to it (pipe(7), PIPE_BUF); of a longer line it takes a part, and another's comes between.
inline constexpr std::size_t kLongestLine = PIPE_BUF;

// A line is put together in a buffer of its own on the stack, without asking for memory; fmt writes
// into it by std::back_inserter. It has room for two lines, so that one that became too long is
// seen to be so; what comes beyond that is left out. (Whoever formats into fmt's own memory_buffer
// compiles fmt's templates with it: four times as long for daemon/log.cc.)
class LineBuffer {
  public:
    using value_type = char;

    void push_back(char byte) {
        if (size_ < bytes_.size()) bytes_[size_++] = byte;
    }
    void append(std::string_view text) {
        for (const char byte : text) push_back(byte);
    }
    const char* data() const { return bytes_.data(); }
    std::size_t size() const { return size_; }

  private:
    std::array<char, 2 * kLongestLine> bytes_;
    std::size_t size_ = 0;
};

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
