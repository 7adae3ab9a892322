// The server of the demos about readiness: it needs a while until it can be used, as one that reads
// its data first, and then answers at a Unix socket (unix(7)). And its client. It gives up when
// no client comes, so that a demo ends.

#pragma once

#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"

struct SocketName {
    // An abstract name: no file that somebody would have to remove.
    explicit SocketName(const std::string& name) {
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path + 1, name.data(), name.size());
        length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }

    sockaddr_un address{};
    socklen_t length = 0;
};

inline waymark::daemon::Fd stream_socket() {
    return waymark::daemon::Fd(
        waymark::daemon::check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
}

// Returns when the server can be used. Throws if another has its name.
inline waymark::daemon::Fd start_slowly(const SocketName& name) {
    constexpr int kSlownessMilliseconds = 400;
    ::poll(nullptr, 0, kSlownessMilliseconds);
    waymark::daemon::Fd listener = stream_socket();
    waymark::daemon::check(::bind(listener.get(), name.get(), name.length), "bind");
    waymark::daemon::check(::listen(listener.get(), 5), "listen");
    return listener;
}

// Greets one client, or nobody within half a minute; then it stays until the client hangs up.
inline void serve_one(const waymark::daemon::Fd& listener) {
    pollfd waiting{listener.get(), POLLIN, 0};
    if (::poll(&waiting, 1, 30'000) != 1) return;
    const waymark::daemon::Fd client(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client || ::send(client.get(), "hello", 5, MSG_NOSIGNAL) != 5) return;
    pollfd end{client.get(), POLLIN, 0};
    ::poll(&end, 1, -1);
}

// The connection, if the server was there.
inline waymark::daemon::Fd call_server(const SocketName& name, std::string& answer) {
    waymark::daemon::Fd server = stream_socket();
    if (::connect(server.get(), name.get(), name.length) == -1) {
        answer = waymark::daemon::error_text(errno);
        return {};
    }
    char bytes[16];
    const ssize_t count = ::read(server.get(), bytes, sizeof bytes);
    answer = count > 0 ? std::string(bytes, static_cast<std::size_t>(count)) : "nothing";
    return server;
}

// Runs the command that starts the server, as a shell does, and says how it ended.
inline void start_from_the_shell(int (*run_the_command)(const SocketName&),
                                 const SocketName& name) {
    using waymark::daemon::check;
    fmt::print("$ server start\n");
    std::fflush(stdout);
    const pid_t command = check(::fork(), "fork");
    if (command == 0) ::_exit(run_the_command(name));
    int status = 0;
    check(::waitpid(command, &status, 0), "waitpid");
    fmt::print("    the command ended: {}\n",
               waymark::daemon::ExitStatus::from_wait(status).describe());
}
