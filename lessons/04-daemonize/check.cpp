// Lesson 04: does the shell learn that the daemon is up, or that it is not? Every case starts a
// command as a shell does and looks at how it ends and at what it leaves behind. The numbers in the
// names of the cases are the steps of daemon(7), "SysV Daemons"; more of them are in
// check_leaving.cpp, step 12 in check_pidfile.cpp.

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "lessons/04-daemonize/advice.hh"
#include "lessons/04-daemonize/slow_server.hh"
#include "lessons/04-daemonize/started.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"

using namespace waymark::course::check;

namespace {

// What a service manager listens with, under an abstract name.
class ManagerSocket {
  public:
    ManagerSocket()
        : name_(fmt::format("waymark-check-{}", ::getpid())),
          socket_(waymark::daemon::check(
              ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")) {
        const SocketName address(name_);
        waymark::daemon::check(::bind(socket_.get(), address.get(), address.length), "bind", name_);
    }
    std::string name() const { return "@" + name_; }
    // What has arrived; the sender has been heard from since, so nothing is on its way.
    std::string hear() const {
        char text[256];
        const ssize_t length = ::recv(socket_.get(), text, sizeof text, 0);
        return std::string(text, length > 0 ? static_cast<std::size_t>(length) : 0);
    }

  private:
    std::string name_;
    waymark::daemon::Fd socket_;
};

}  // namespace

TEST_CASE("the command ends with 0 and the daemon goes on (steps 5 and 15)") {
    step("start the command; daemonize() returns in one process");
    Started started({});
    const pid_t pid = started.daemon(kNothingForked);
    // Who waits with waitpid(2) for the first child, and that is the daemon, waits for ever.
    expect(relations_of(pid).session != pid, "the leader of its session",
           "another process, which has ended", "the daemon", kNoSecondFork);
    step("the daemon calls ready()");
    if_it_hangs(kOneListener);
    started.ask("ready");
    step("the shell waits for the command");
    started.expect_end("exit status 0", kParentFirst);
    expect_equal(started.ask("hello"), "done", "the daemon's answer after that", kNothingForked);
    step("the daemon ends: no other process of it is left");
    started.end();
    const bool none_left =
        eventually([] { return std::ranges::all_of(children_of_the_check(), is_zombie); });
    expect(none_left, "processes left", "none", "one that goes on", kMiddleStays);
}

TEST_CASE("the command waits for the word of the daemon (steps 14 and 15)") {
    step("start the command; the daemon is there, but not ready");
    Started started({});
    started.daemon(kParentFirst);
    step("the daemon finds its port taken and calls failed(100, ...)");
    started.ask("failed 100 the port is taken");
    step("the shell hears it");
    started.expect_end("exit status 100", kParentFirst);
    expect_equal(started.printed(), "rosa: the port is taken\n", "what the command printed",
                 kParentFirst);
}

TEST_CASE("a daemon that dies before it is ready is a failed start (step 15)") {
    step("start the command; the daemon is there, but not ready");
    Started started({});
    const pid_t pid = started.daemon(kParentFirst);
    step("kill the daemon with SIGKILL");
    ::kill(pid, SIGKILL);
    step("the shell waits for the command");
    if_it_hangs(kOwnEndKept);
    started.expect_end("exit status 111", kSilence);
}

TEST_CASE("interrupted waits end nothing") {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        step(fmt::format("start the command; waits are interrupted at random, seed {}", seed));
        Started::How how;
        how.seed = seed;
        how.faults = [](Faults& faults) {
            faults.interrupt(Call::poll, 2);
            faults.interrupt(Call::waitpid, 2);
            faults.interrupt(Call::read, 2);
        };
        Started started(how);
        started.daemon(kInterrupted);
        started.ask("ready");
        started.expect_end("exit status 0", kInterrupted);
    }
}

TEST_CASE("the person sees what is printed until it is ready (steps 9 and 14)") {
    step("start the command with something printed that still waits in the buffer of stdout");
    Started::How how;
    how.before = [] { std::fputs("from the buffer\n", stdout); };
    Started started(how);
    started.daemon(kErrorsAtWrongTime);
    expect_equal(started.printed(), "from the buffer\n", "what the person sees", kBuffers);
    step("the daemon prints to stderr");
    started.ask("print a warning");
    expect_equal(started.printed(), "a warning\n", "what the person sees", kErrorsAtWrongTime);
    step("the daemon calls ready() and prints again");
    started.ask("ready");
    started.ask("print a secret");
    started.expect_end("exit status 0", kErrorsAtWrongTime);
    expect_equal(started.printed(), "", "what the person sees", kErrorsAtWrongTime);
}

TEST_CASE("in the foreground the manager hears it and nothing else changes") {
    step("be a manager: a socket, and its name in NOTIFY_SOCKET");
    const ManagerSocket manager;
    Started::How how;
    how.in_foreground = true;
    how.before = [&] { ::setenv("NOTIFY_SOCKET", manager.name().c_str(), 1); };
    Started started(how);
    const pid_t pid = started.daemon(kOneListener);
    expect_equal(pid, started.command(), "the process", kOneListener);
    step("the service calls ready()");
    const std::string errors = file_of(pid, 2);
    started.ask("ready");
    expect_equal(manager.hear(), "READY=1", "what the manager hears", kOneListener);
    expect_equal(file_of(pid, 2), errors, "what descriptor 2 leads to", kOneListener);
}
