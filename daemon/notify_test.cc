#include "daemon/notify.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "daemon/fd.hh"
#include "daemon/folder_under_test.hh"

using namespace waymark::daemon;

namespace {

// A service manager that listens at `name`, a path or "@name".
Fd listen_at(const std::string& name) {
    Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())) == 0);
    return socket;
}

std::string heard(const Fd& socket) {
    char text[256];
    const ssize_t length = ::recv(socket.get(), text, sizeof text, 0);
    return length == -1 ? "" : std::string(text, static_cast<std::size_t>(length));
}

}  // namespace

TEST_CASE("a manager hears us at a path and at an abstract name") {
    const std::string own = fmt::format("waymark_notify_{}", ::getpid());
    std::string longest = "@" + own + "_";
    longest.resize(sizeof sockaddr_un::sun_path, 'x');
    const TemporaryFolder folder;
    for (const std::string& name : {folder.file(own), "@" + own, longest}) {
        CAPTURE(name);
        const Fd manager = listen_at(name);
        CHECK(ServiceNotifier(name).send("READY=1"));
        CHECK(heard(manager) == "READY=1");
    }
}

TEST_CASE("a manager that is behind with its reading still hears READY=1") {
    const std::string name = fmt::format("@waymark_notify_busy_{}", ::getpid());
    const Fd manager = listen_at(name);
    set_nonblocking(manager, false);
    // Others have filled its queue.
    sockaddr_un address{};
    socklen_t length = sizeof address;
    REQUIRE(::getsockname(manager.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
    const Fd other(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    int waiting = 0;
    while (::sendto(other.get(), "x", 1, 0, reinterpret_cast<sockaddr*>(&address), length) == 1)
        ++waiting;
    REQUIRE(waiting > 0);
    std::atomic<bool> taken = false;
    std::thread service([&] { taken = ServiceNotifier(name).send("READY=1"); });
    for (int i = 0; i < waiting; ++i) CHECK(heard(manager) == "x");
    service.join();
    CHECK(taken);
    if (taken) CHECK(heard(manager) == "READY=1");
}

TEST_CASE("without a manager nothing is sent and nothing fails") {
    CHECK_FALSE(ServiceNotifier("").has_manager());
    CHECK_FALSE(ServiceNotifier("").send("READY=1"));
    CHECK_FALSE(ServiceNotifier("/no/such/socket").send("READY=1"));
    CHECK_FALSE(ServiceNotifier(std::string(200, 'x')).send("READY=1"));
    CHECK_FALSE(ServiceNotifier("@" + std::string(108, 'x')).send("READY=1"));
}

TEST_CASE("the address is taken out of the environment") {
    ::setenv("NOTIFY_SOCKET", "@somewhere", 1);
    CHECK(ServiceNotifier::from_environment().has_manager());
    CHECK(std::getenv("NOTIFY_SOCKET") == nullptr);
    CHECK_FALSE(ServiceNotifier::from_environment().has_manager());
}
