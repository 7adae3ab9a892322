// For tests: a server on a loop, and a peer that talks to it through a pair of connected sockets.
// The loop runs in the test's own thread, while the peer waits for something.

#pragma once

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/fd.hh"
#include "net/event_loop.hh"
#include "net/http/router.hh"
#include "net/http/server.hh"

namespace waymark::net::http {

struct ServerConversation {
    EventLoop loop;
    Router router;
    ServerLimits limits;
    FieldBlock fields;
    std::unique_ptr<Server> server;
    daemon::Fd peer;
    std::string received;
    bool has_ended = false;

    // The server is made with the limits and the fields as they are then.
    void connect() {
        if (!server) {
            server = std::make_unique<Server>(loop, router, limits);
            server->set_fields(fields);
        }
        daemon::SocketPair pair = daemon::make_socket_pair(SOCK_STREAM | SOCK_NONBLOCK);
        peer = std::move(pair.second);
        received.clear();
        has_ended = false;
        server->serve(std::move(pair.first), Address());
    }

    void send(std::string_view bytes) {
        if (!peer) connect();
        while (!bytes.empty()) {
            const ssize_t put = ::send(peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (put > 0) bytes.remove_prefix(static_cast<std::size_t>(put));
            if (put == -1 && errno != EAGAIN) return;
            if (!bytes.empty()) round();
        }
    }

    void round() { loop.run_once(daemon::Deadline::after(std::chrono::milliseconds(1))); }

    // Bounded by rounds, which take a millisecond at most when nothing happens.
    template <class Condition>
    void rounds_until(Condition condition) {
        for (int rounds = 0; rounds < 20'000 && !condition(); ++rounds) round();
        REQUIRE(condition());
    }

    bool receive_some() {
        char buffer[65536];
        const ssize_t got = ::recv(peer.get(), buffer, sizeof buffer, 0);
        if (got == 0 || (got == -1 && errno != EAGAIN)) has_ended = true;
        if (got > 0) received.append(buffer, static_cast<std::size_t>(got));
        return got > 0;
    }

    void receive_until(std::string_view text) {
        rounds_until([&] {
            receive_some();
            return has_ended || received.find(text) != std::string::npos;
        });
        REQUIRE(received.find(text) != std::string::npos);
    }

    // Everything until the server closes.
    std::string receive_until_end() {
        rounds_until([&] {
            while (receive_some()) {
            }
            return has_ended;
        });
        return received;
    }

    void shutdown_write() { ::shutdown(peer.get(), SHUT_WR); }
    void hang_up() { peer.reset(); }

    // The status codes of all answers, "200 404".
    std::string statuses() const {
        std::string list;
        for (std::size_t at = received.find("HTTP/1.1 "); at != received.npos;
             at = received.find("HTTP/1.1 ", at + 1))
            list += (list.empty() ? "" : " ") + received.substr(at + 9, 3);
        return list;
    }
};

}  // namespace waymark::net::http
