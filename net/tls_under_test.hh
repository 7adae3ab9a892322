// For tests: an authority with its files in a folder, and two ends of a secured connection on one
// loop.

#pragma once

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <memory>
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

  private:
    daemon::TemporaryFolder folder_;
    Credential own_;
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
