// Which sockets processes have, and what the kernel says of them, by both ways to ask it.

#include "slides/server/open_sockets.hh"

#include <doctest/doctest.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "net/address.hh"

using namespace waymark;
using namespace waymark::slides;

namespace {

daemon::Fd listener_on(std::string_view address, int backlog) {
    const net::Address wanted = net::Address::parse(address);
    daemon::Fd fd(
        daemon::check(::socket(wanted.family(), SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    daemon::check(::bind(fd.get(), wanted.data(), wanted.size()), "bind");
    daemon::check(::listen(fd.get(), backlog), "listen");
    return fd;
}

// A child that has made its sockets when the constructor is through, and lives as long as this.
class Child {
  public:
    explicit Child(const std::function<bool()>& make) {
        daemon::Pipe pipe = daemon::make_pipe();
        pid_ = daemon::check(::fork(), "fork");
        if (pid_ == 0) {
            const char answer = make() ? 'y' : 'n';
            if (::write(pipe.writing.get(), &answer, 1) != 1) ::_exit(1);
            while (true) ::pause();
        }
        char answer = 'n';
        is_made_ = ::read(pipe.reading.get(), &answer, 1) == 1 && answer == 'y';
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    bool is_made() const { return is_made_; }
    std::vector<FoundSocket> look(bool ask) const {
        course::Process process{};
        process.pid = pid_;
        return OpenSockets(ask).look({process});
    }

  private:
    pid_t pid_ = 0;
    bool is_made_ = false;
};

bool leave_network() {
    return ::unshare(::geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) == 0;
}

}  // namespace

TEST_CASE("a listener of a process: by sock_diag with its backlog and by the tables without") {
    for (const bool ask : {true, false}) {
        CAPTURE(ask);
        const Child child([] { return listener_on("127.0.0.1:0", 5).release() >= 0; });
        REQUIRE(child.is_made());
        const std::vector<FoundSocket> found = child.look(ask);
        REQUIRE_FALSE(found.empty());
        CHECK(found[0].facts.listens());
        CHECK(found[0].facts.local.starts_with("127.0.0.1:"));
        CHECK(found[0].facts.backlog.has_value() == ask);
        if (ask) CHECK(found[0].facts.backlog == 5);
        REQUIRE(found[0].holders.size() == 1);
        CHECK(found[0].space == 0);
    }
}

TEST_CASE("a process in a network namespace of its own is asked about there") {
    for (const bool ask : {true, false}) {
        CAPTURE(ask);
        // The same address and port twice: only one of them is the child's.
        const Child child(
            [] { return leave_network() && listener_on("127.0.0.1:7", 5).release() >= 0; });
        if (!child.is_made()) {
            MESSAGE("SKIP: a namespace of its own: unshare is refused here");
            return;
        }
        const std::vector<FoundSocket> found = child.look(ask);
        REQUIRE(found.size() == 1);
        CHECK(found[0].facts.listens());
        CHECK(found[0].facts.local == "127.0.0.1:7");
        CHECK(found[0].space == 1);
    }
}

TEST_CASE("a socket without an address is told and what this process has itself is not") {
    const daemon::Fd ours = listener_on("127.0.0.1:0", 5);
    const Child child([] { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0; });
    REQUIRE(child.is_made());
    for (const bool ask : {true, false}) {
        CAPTURE(ask);
        const std::vector<FoundSocket> found = child.look(ask);
        std::size_t held = 0;
        for (const FoundSocket& each : found) {
            if (each.holders.empty()) continue;
            ++held;
            CHECK(each.facts.state == "CLOSE");
            CHECK(each.facts.protocol == "tcp");
            CHECK(each.facts.peer.empty());
        }
        CHECK(held == 1);
    }
}
