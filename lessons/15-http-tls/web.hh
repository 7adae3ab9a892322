// A small web server in a child process, and the bytes that go to and fro, for the demos.

#pragma once

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string>
#include <string_view>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/course/end_step.hh"
#include "net/address.hh"
#include "net/listener.hh"

namespace waymark::demo {

using daemon::Fd;
using net::Address;
using net::Listener;

inline Listener listen_here() {
    return Listener(Address::parse_ip("127.0.0.1").value());  // port 0: the kernel chooses
}

inline Fd connect_to(const Address& to) {
    Fd client(daemon::check(::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    daemon::check(::connect(client.get(), to.data(), to.size()), "connect");
    return client;
}

inline void send_text(const Fd& to, std::string_view text) {
    (void)::send(to.get(), text.data(), text.size(), MSG_NOSIGNAL);
}

// What has come by the next read; "" at the end of the connection.
inline std::string receive_some(const Fd& from) {
    char bytes[4096];
    const ssize_t count = ::recv(from.get(), bytes, sizeof bytes, 0);
    return count > 0 ? std::string(bytes, static_cast<std::size_t>(count)) : "";
}

inline std::string receive_head(const Fd& from) {
    std::string head;
    char byte;
    while (!head.ends_with("\r\n\r\n") && ::recv(from.get(), &byte, 1, 0) == 1) head += byte;
    return head;
}

// Each line with `mark` in front; CRLF is shown, since it is what this lesson is about.
inline void show_lines(std::string_view mark, std::string_view text) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        const bool has_return = line.ends_with('\r');
        if (has_return) line.remove_suffix(1);
        const char* const how = has_return ? "<CR><LF>" : end < text.size() ? "<LF>" : "";
        fmt::print("   {} {}{}\n", mark, line, how);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

}  // namespace waymark::demo
