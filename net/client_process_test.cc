#include "net/client_process.hh"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "daemon/children_under_test.hh"
#include "daemon/error.hh"
#include "net/clients_under_test.hh"
#include "net/socket_options.hh"

using namespace waymark::net;
using namespace waymark::daemon;

namespace {

// Until the end of the connection.
std::string read_all(const Fd& socket) {
    std::string text;
    char bytes[100];
    for (;;) {
        const ssize_t length = ::read(socket.get(), bytes, sizeof bytes);
        if (length <= 0) return length == 0 ? text : "error";
        text.append(bytes, static_cast<std::size_t>(length));
    }
}

int greet(Fd client, const Address& peer) {
    const std::string text = "hello, " + peer.to_string();
    return ::write(client.get(), text.data(), text.size()) > 0 ? 7 : 1;
}

// How many descriptors of this process are sockets.
int sockets() {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        count += std::filesystem::read_symlink(entry, gone).string().starts_with("socket:");
    }
    return count;
}

}  // namespace

TEST_CASE("a client is served by a child and hears the end when the child has ended") {
    Children children;
    Listener listener(Address::parse("127.0.0.1:0"));
    const Fd client = connect_client(listener.address());
    AcceptResult accepted = accept_soon(listener);
    const pid_t pid = serve_in_child(children, listener, accepted, greet);
    CHECK_FALSE(accepted.socket);
    CHECK(read_all(client) == "hello, " + local_address(client).to_string());
    int status = 0;
    CHECK(::waitpid(pid, &status, 0) == pid);
    CHECK(ExitStatus::from_wait(status).describe() == "exit status 7");
    const Fd second = connect_client(listener.address());
    CHECK(accept_soon(listener).status == AcceptStatus::accepted);
}

TEST_CASE("the child holds the client and not the listener") {
    Children children;
    const int before = sockets();
    Listener listener(Address::parse("127.0.0.1:0"));
    Fd client = connect_client(listener.address());
    AcceptResult accepted = accept_soon(listener);
    const pid_t pid = serve_in_child(children, listener, accepted, [&](Fd, const Address&) {
        return sockets() - before;  // the test's own end of the connection, and the child's
    });
    int status = 0;
    CHECK(::waitpid(pid, &status, 0) == pid);
    CHECK(ExitStatus::from_wait(status).describe() == "exit status 2");
    CHECK(sockets() == before + 2);
}

TEST_CASE("while a child serves another server can have the port") {
    Children children;
    Address address;
    Fd client;
    {
        Listener listener(Address::parse("127.0.0.1:0"));
        address = listener.address();
        client = connect_client(address);
        AcceptResult accepted = accept_soon(listener);
        serve_in_child(children, listener, accepted, [](Fd socket, const Address&) {
            return ::write(socket.get(), "!", 1) == 1 ? sleep_for_ever() : 1;
        });
        char byte = 0;
        CHECK(::read(client.get(), &byte, 1) == 1);  // it serves
    }
    const Listener again(address);
    CHECK(again.address() == address);
}

TEST_CASE("where fork fails the client is still the caller's") {
    const ExitStatus status = status_of([] {
        if (::geteuid() == 0 && ::setresuid(65'533, 65'533, 65'533) == -1) return 90;
        Children children;
        Listener listener(Address::parse("127.0.0.1:0"));
        const Fd client = connect_client(listener.address());
        AcceptResult accepted = accept_soon(listener);
        const rlimit none{0, 0};
        if (::setrlimit(RLIMIT_NPROC, &none) == -1) return 91;
        try {
            serve_in_child(children, listener, accepted, greet);
        } catch (const std::system_error& error) {
            if (error.code().value() != EAGAIN) return 1;
            return accepted.socket && listener.fd() ? greet(std::move(accepted.socket), {}) : 2;
        }
        return 3;
    });
    CHECK(status.describe() == "exit status 7");
}

TEST_CASE("a listener that was closed here has its address and accepts nobody") {
    Listener listener(Address::parse("127.0.0.1:0"));
    const Listener beside = Listener::adopt(listener.fd().duplicate());
    const int before = count_open_descriptors();
    listener.close();
    CHECK(count_open_descriptors() == before - 2);  // the spare one, too
    CHECK(listener.address() == beside.address());
    CHECK_THROWS_AS(listener.accept_one(), std::system_error);
    const Fd client = connect_client(beside.address());
}
