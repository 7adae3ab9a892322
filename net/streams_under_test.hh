// For tests: both kinds of stream in both modes, text to send through them, and the two deadlines
// that a test needs.

#pragma once

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "net/timed_io.hh"

namespace waymark::net {

// Far away: a test that needs it has failed. The short one is for what must time out.
inline daemon::Deadline long_deadline() {
    return daemon::Deadline::after(std::chrono::seconds(20));
}
inline daemon::Deadline short_deadline() {
    return daemon::Deadline::after(std::chrono::milliseconds(20));
}

inline void put(const daemon::Fd& fd, std::string_view text) {
    CHECK(::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

inline std::string read_text(const daemon::Fd& fd, std::size_t size) {
    std::string text(size, '\0');
    const IoResult result =
        read_exactly(fd, std::as_writable_bytes(std::span(text)), long_deadline());
    CHECK(result.status == IoStatus::done);
    return text;
}

// Both kinds of stream, both modes: the functions must not care.
struct TestedStream {
    daemon::Fd reading, writing;
};
inline TestedStream make_stream(bool socket, bool nonblocking) {
    TestedStream stream;
    if (socket) {
        daemon::SocketPair pair = daemon::make_socket_pair(SOCK_STREAM);
        stream = {std::move(pair.first), std::move(pair.second)};
    } else {
        daemon::Pipe pipe = daemon::make_pipe();
        stream = {std::move(pipe.reading), std::move(pipe.writing)};
    }
    daemon::set_nonblocking(stream.reading, nonblocking);
    daemon::set_nonblocking(stream.writing, nonblocking);
    return stream;
}
template <class Body>
void on_every_stream(Body body) {
    for (const bool socket : {true, false})
        for (const bool nonblocking : {true, false}) {
            CAPTURE(socket);
            CAPTURE(nonblocking);
            body(make_stream(socket, nonblocking));
        }
}

inline std::string pattern(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
    return text;
}

}  // namespace waymark::net
