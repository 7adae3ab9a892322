// The system log as a target, with a system log of the test's own in its place.

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <string>

#include "daemon/fd.hh"
#include "daemon/log.hh"
#include "daemon/log_under_test.hh"

using namespace waymark::daemon;

namespace {

// A system log of our own.
struct SystemLog {
    explicit SystemLog(const std::string& path) : path_(path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        socket = Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }
    ~SystemLog() { ::unlink(path_.c_str()); }
    std::optional<std::string> next() {
        char text[8192];
        const ssize_t length = ::recv(socket.get(), text, sizeof text, 0);
        if (length == -1) return std::nullopt;
        return std::string(text, static_cast<std::size_t>(length));
    }
    std::string path_;
    Fd socket;
};

}  // namespace

TEST_CASE("the system log gets facility, severity, time, program and message in one datagram") {
    const LogFolder folder;
    SystemLog system(folder.path + "/log");
    Log log({.target = LogTarget::syslog, .path = folder.path + "/log", .program = "test"});
    log.warning("low\nbattery");
    const char* form = "<28>[A-Z]?? [ 1-3]? ??:??:?? test[[]*[]]: low\\\\x0abattery";
    CHECK(matches(system.next().value(), form));
    CHECK_FALSE(system.next());
}

TEST_CASE("a system log that is down is counted, and found again when it returns") {
    const LogFolder folder;
    Log log({.target = LogTarget::syslog, .path = folder.path + "/log", .program = "test"});
    log.info("nobody");
    {
        SystemLog first(folder.path + "/log");
        log.info("one");
        CHECK(first.next()->ends_with("]: one"));
        CHECK(first.next()->ends_with("log: 1 lines before this one were lost"));
        log.info("two");
        CHECK(first.next()->ends_with("]: two"));
    }
    log.info("nobody");
    log.info("nobody");
    CHECK(log.lost() == 3);
    SystemLog second(folder.path + "/log");
    log.info("three");
    CHECK(second.next()->ends_with("]: three"));
    CHECK(second.next()->ends_with("log: 2 lines before this one were lost"));
}

// A blocking send would hang this test.
TEST_CASE("a system log that does not read blocks nobody") {
    const LogFolder folder;
    SystemLog system(folder.path + "/log");
    Log log({.target = LogTarget::syslog, .path = folder.path + "/log", .program = "test"});
    for (int i = 0; i < 2000; ++i) log.info("line {}", i);
    CHECK(log.lost() > 0);
    long received = 0;
    while (system.next()) ++received;
    CHECK(received + log.lost() == 2000);
    log.info("again");
    CHECK(system.next()->ends_with("again"));
}
