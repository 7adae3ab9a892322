// For tests: an authority with its files in a folder, and two ends of a secured connection on one
// loop.

#pragma once

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/fd.hh"
#include "daemon/folder_under_test.hh"
#include "net/certificate.hh"
#include "net/task.hh"
#include "net/task_group.hh"
#include "net/tls_context.hh"
#include "net/tls_stream.hh"

namespace waymark::net {

// Certificates of one authority, "authority.pem" in a folder of the test's own.
class Authority {
  public:
    explicit Authority(const std::string& name = "Test Authority")
        : own_(make_certificate(authority_of(name), nullptr)) {
        write("authority.pem", own_.certificate);
    }

    const Credential& own() const { return own_; }
    std::string file(const std::string& name) const { return folder_.file(name); }

    // A key in it is readable by nobody else.
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(file(name)) << text;
        REQUIRE(::chmod(file(name).c_str(), 0600) == 0);
        return file(name);
    }

    TlsIdentity keep(const std::string& name, const Credential& credential,
                     const std::string& chain = {}) const {
        return {write(name + ".pem", credential.certificate + chain),
                write(name + ".key", credential.key)};
    }
    TlsIdentity issue(const std::string& name, const CertificateRequest& request) const {
        return keep(name, make_certificate(request, &own_));
    }
    TlsIdentity server(const std::string& name = "server.example") const {
        return issue(name, server_of({name, "127.0.0.1"}));
    }
    TlsIdentity client(const std::string& name) const { return issue(name, client_of(name)); }

    // A client's certificate with so many authorities between it and a root of its own, which is
    // added to "authority.pem".
    TlsIdentity client_below(int authorities) const {
        CertificateRequest request = authority_of("Deep Root");
        request.most_below.reset();
        Credential issuer = make_certificate(request, nullptr);
        write("authority.pem", own_.certificate + issuer.certificate);
        std::string chain;
        for (int i = 0; i < authorities; ++i) {
            request.common_name = "Authority " + std::to_string(i + 1);
            issuer = make_certificate(request, &issuer);
            chain.insert(0, issuer.certificate);
        }
        return keep("below" + std::to_string(authorities),
                    make_certificate(client_of("deep"), &issuer), chain);
    }

  private:
    daemon::TemporaryFolder folder_;
    Credential own_;
};

// One for all cases of a test: keys take their time.
inline const Authority& authority() {
    static const Authority made;
    return made;
}

// Bytes on their way from one session to the other, so many at a time.
class MemoryWire final : public Wire {
  public:
    std::string incoming;
    std::string outgoing;
    bool has_ended = false;
    std::size_t most_at_once = 1'000'000;
    std::size_t room = 1'000'000'000;  // what may still be sent
    int error = 0;

    ssize_t receive(std::span<char> buffer) override {
        if (incoming.empty() && has_ended) return 0;
        if (incoming.empty()) return refuse(error != 0 ? error : EAGAIN);
        const std::size_t count = std::min({buffer.size(), incoming.size(), most_at_once});
        incoming.copy(buffer.data(), count);
        incoming.erase(0, count);
        return static_cast<ssize_t>(count);
    }
    ssize_t send(std::string_view bytes) override {
        if (error != 0) return refuse(error);
        if (room == 0) return refuse(EAGAIN);
        const std::size_t count = std::min({bytes.size(), most_at_once, room});
        outgoing.append(bytes.substr(0, count));
        room -= count;
        return static_cast<ssize_t>(count);
    }

  private:
    static ssize_t refuse(int number) {
        errno = number;
        return -1;
    }
};

// Two sessions without a socket between them.
struct SessionPair {
    std::unique_ptr<TlsSession> server;
    std::unique_ptr<TlsSession> client;
    MemoryWire server_wire, client_wire;

    SessionPair(std::unique_ptr<TlsSession> server_session,
                std::unique_ptr<TlsSession> client_session)
        : server(std::move(server_session)), client(std::move(client_session)) {}

    void deliver() {
        server_wire.incoming += std::exchange(client_wire.outgoing, {});
        client_wire.incoming += std::exchange(server_wire.outgoing, {});
    }

    // True if both are done; a side that failed is not called again.
    bool shake_hands() {
        bool server_done = false, client_done = false;
        bool server_failed = false, client_failed = false;
        for (int turns = 0; turns < 10'000; ++turns) {
            advance(*client, client_wire, client_done, client_failed);
            deliver();
            advance(*server, server_wire, server_done, server_failed);
            deliver();
            if (server_failed || client_failed) return false;
            if (server_done && client_done) return true;
        }
        return false;
    }

    // What one read gives; the outcome is its result, and errno.
    static std::string read(TlsSession& session, MemoryWire& wire, ssize_t& result) {
        char buffer[20'000];
        result = session.receive(wire, buffer);
        return {buffer, static_cast<std::size_t>(std::max<ssize_t>(result, 0))};
    }
    static ssize_t write(TlsSession& session, MemoryWire& wire, std::string_view text) {
        const iovec piece{const_cast<char*>(text.data()), text.size()};
        return session.send(wire, std::span(&piece, 1), Follows::nothing);
    }

  private:
    static void advance(TlsSession& session, MemoryWire& wire, bool& done, bool& failed) {
        if (done || failed) return;
        const int result = session.shake_hands(wire);
        done = result == 1;
        failed = result == -1 && errno != EAGAIN;
    }
};

// A server's end and a client's, with what each of their waits gave.
struct SecuredPair {
    EventLoop loop;
    std::unique_ptr<TlsStream> server;
    std::unique_ptr<TlsStream> client;
    Transfer server_result, client_result;
    TaskGroup tasks;

    SecuredPair(std::unique_ptr<TlsSession> server_session,
                std::unique_ptr<TlsSession> client_session,
                daemon::SocketPair pair = daemon::make_socket_pair(SOCK_STREAM | SOCK_NONBLOCK)) {
        daemon::set_nonblocking(pair.first, true);
        daemon::set_nonblocking(pair.second, true);
        server =
            std::make_unique<TlsStream>(loop, std::move(pair.first), std::move(server_session));
        client =
            std::make_unique<TlsStream>(loop, std::move(pair.second), std::move(client_session));
    }

    // Until all tasks have ended.
    void finish() {
        for (int rounds = 0; tasks.size() > 0 && rounds < 100'000; ++rounds)
            loop.run_once(daemon::Deadline::after(std::chrono::seconds(1)));
        REQUIRE(tasks.size() == 0);
    }

    static Task<> greet(TlsStream& stream, Transfer& result, daemon::Deadline deadline) {
        result = co_await stream.handshake(deadline);
    }
    void shake_hands(daemon::Deadline deadline = daemon::Deadline::never()) {
        tasks.start(greet(*server, server_result, deadline));
        tasks.start(greet(*client, client_result, deadline));
        finish();
    }

    static Task<> receive(Stream& stream, std::span<char> buffer, Transfer& result) {
        result = co_await stream.read_some(buffer, daemon::Deadline::never());
    }
    static Task<> transmit(Stream& stream, std::string_view bytes, Transfer& result) {
        result = co_await stream.write_all(bytes, std::chrono::seconds(20));
    }

    // One read's bytes; the outcome stays in `result`.
    std::string read(TlsStream& stream, Transfer& result) {
        char buffer[65536];
        tasks.start(receive(stream, buffer, result));
        finish();
        return {buffer, result.bytes};
    }
    void write(TlsStream& stream, std::string_view bytes, Transfer& result) {
        tasks.start(transmit(stream, bytes, result));
        finish();
    }
};

}  // namespace waymark::net
