// One socket as the kernel's tables show it, and how a line of /proc/net/tcp or udp (proc(5)) is
// read. The better source is sock_diag (socket_diag.hh), which is a hundred times quicker where the
// table of connections is large, and knows a listener's backlog. But it tells of the network
// namespace in which it was opened; /proc/PID/net is that of PID, and whoever may look at PID may
// read it.
//
// Measured on Linux 6.18, on loopback:
//   listener     "receive" is how many connections wait in its accept queue. listen(fd, 1) lets two
//                wait, one more than it says; the third client's SYN gets no answer.
//   who waits    is ESTABLISHED, and no process has it yet: inode 0.
//   "send"       is what was written and not acknowledged, on its way or not yet; of a SYN 1.
//   "receive"    is what has come and was not read.
//   timer 4      probes whether the other side's window is open again: it takes nothing, and "send"
//                cannot go. Timer 1 sends once more what was not acknowledged.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::slides {

struct SocketFacts {
    std::string protocol;     // "tcp", "udp" or "unix"
    std::string state;        // "LISTEN", as in tcp(7); of the others LISTEN, ESTABLISHED or CLOSE
    std::string local;        // "127.0.0.1:80", "[::]:80", the path of a Unix socket; "" is none
    std::string peer;         // the same; "" where there is none
    std::uint64_t inode = 0;  // 0: no process has it, because it waits in a queue or was closed
    std::uint64_t pair = 0;   // of a Unix socket: the inode of the other end
    std::uint32_t receive = 0;
    std::uint32_t send = 0;
    std::optional<std::uint32_t> backlog;  // of a listener, where the source knows it
    std::uint8_t timer = 0;                // kResend, kProbe or another one
    std::uint8_t resent = 0;               // how often without an answer

    static constexpr std::uint8_t kResend = 1, kProbe = 4;

    bool listens() const { return state == "LISTEN"; }
    friend bool operator==(const SocketFacts&, const SocketFacts&) = default;
};

// The kernel's number of a TCP state in words; "" if there is none of that number.
std::string_view tcp_state(unsigned number);

// One line of /proc/net/tcp, tcp6, udp or udp6. Nothing if it is none of these: the heading, half a
// line, other things in the place of numbers.
std::optional<SocketFacts> parse_socket_line(std::string_view protocol, std::string_view line);

}  // namespace waymark::slides
