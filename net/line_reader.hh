// Reads lines from a stream, each with one deadline. One read(2) may end in the middle of a line or
// hold the next one too; the reader keeps that surplus for the next call. A reader that is made
// anew for each line loses it, so all reads of a descriptor go through one LineReader.
//
// A line may hold any byte, a zero too. One that is longer than the limit is refused, so a peer
// that does not end its line cannot fill our memory; what is held is one line and one read at most.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "net/timed_io.hh"

namespace waymark::net {

class LineReader {
  public:
    // The descriptor must outlive the reader.
    explicit LineReader(const Fd& fd) : fd_(&fd) {}
    // Of two readers, each would have the surplus, or one of them lose it.
    LineReader(const LineReader&) = delete;
    LineReader& operator=(const LineReader&) = delete;

    // The next line into `line`, without its "\n" or "\r\n". `limit` bounds the line without its
    // end. With `end`, `line` holds the unfinished rest as it is, a "\r" at its end too, and no
    // later call gives it again. After `timed_out` the rest is kept: a later call goes on. After
    // `too_long` the stream is out of step; close it. Without memory it throws std::bad_alloc and
    // loses nothing: a later call goes on, too.
    IoResult read_line(std::string& line, std::size_t limit, Deadline deadline);

    // The surplus first, then the descriptor. As the functions above.
    IoResult read_some(std::span<std::byte> buffer, Deadline deadline);
    IoResult read_exactly(std::span<std::byte> buffer, Deadline deadline);

    // Bytes that were read and not yet asked for.
    std::size_t surplus() const { return held_.size() - used_; }

  private:
    IoResult read_more(Deadline deadline);
    std::string_view pending() const { return std::string_view(held_).substr(used_); }
    void take(std::size_t count);
    std::size_t take_into(std::span<std::byte> buffer);

    const Fd* fd_;
    std::string held_;
    std::size_t used_ = 0;
};

}  // namespace waymark::net
