// How children are brought to their end: asked, then killed, and never left behind.

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "daemon/children.hh"
#include "daemon/children_under_test.hh"
#include "daemon/signals.hh"

using namespace waymark::daemon;
using namespace std::chrono_literals;

TEST_CASE("children that stop when asked are given the time for it") {
    Children children;
    Pipe ready = make_pipe();
    for (int i = 0; i < 3; ++i)
        children.start([&] {
            SignalFlag stop;
            const ScopedSignalHandler handler(SIGTERM, stop);
            if (!send_byte(ready)) return 1;
            return wait_for_signal(stop, Deadline::never()) ? 5 : 1;
        });
    for (int i = 0; i < 3; ++i) wait_for_byte(ready);
    const std::vector<Children::Ended> ended = children.terminate_all(Deadline::never());
    CHECK(ended.size() == 3);
    for (const Children::Ended& child : ended) CHECK(child.status.describe() == "exit status 5");
}

TEST_CASE("a child that does not listen is killed when the grace is over") {
    Children children;
    Pipe ready = make_pipe();
    children.start([&] {
        ::signal(SIGTERM, SIG_IGN);
        return send_byte(ready) ? sleep_for_ever() : 1;
    });
    wait_for_byte(ready);
    const std::vector<Children::Ended> ended = children.terminate_all(Deadline::after(1ms));
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].status.describe() == "killed by signal 9 (Killed)");
    CHECK(children.running().empty());
}

TEST_CASE("a stopped child hears the request to end") {
    Children children;
    const pid_t pid = children.start([] {
        ::raise(SIGSTOP);
        return sleep_for_ever();
    });
    siginfo_t info;
    REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED | WNOWAIT) == 0);
    const std::vector<Children::Ended> ended = children.terminate_all(Deadline::never());
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].status.signal() == SIGTERM);
}

// A process with the number of choice, as the kernel gives it out again in time.
static pid_t stranger_with_number(pid_t number) {
    clone_args arguments{};
    arguments.exit_signal = SIGCHLD;
    arguments.set_tid = reinterpret_cast<std::uintptr_t>(&number);
    arguments.set_tid_size = 1;
    const auto pid = static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof arguments));
    if (pid == 0)
        while (true) ::pause();
    return pid;
}

// A child that somebody else has collected, and a stranger with its number.
struct Mistaken {
    Children children;
    pid_t stranger;

    Mistaken() : stranger(children.start([] { return 0; })) {
        REQUIRE(::waitpid(stranger, nullptr, 0) == stranger);
        REQUIRE(stranger_with_number(stranger) == stranger);
    }

    // Nobody has collected it before: the status is there, and it is that of a SIGKILL.
    void end_stranger() const {
        ::kill(stranger, SIGKILL);
        int status = 0;
        REQUIRE(::waitpid(stranger, &status, 0) == stranger);
        CHECK(ExitStatus::from_wait(status).describe() == "killed by signal 9 (Killed)");
    }
};

static bool skip_without_choice() {
    if (::geteuid() == 0) return false;
    fmt::print("SKIP: a number given out again: needs root, to choose the number\n");
    return true;
}

TEST_CASE(
    "a stranger who got the number of a child that somebody else collected is not signalled") {
    if (skip_without_choice()) return;
    Mistaken mistaken;
    mistaken.children.signal_all(SIGUSR1);
    mistaken.children.signal_one(mistaken.stranger, SIGUSR1);
    mistaken.end_stranger();
}

TEST_CASE("the status of a stranger with the number of a child is left to others") {
    if (skip_without_choice()) return;
    Mistaken mistaken;
    ::kill(mistaken.stranger, SIGKILL);
    wait_until_ended(mistaken.stranger);
    CHECK(mistaken.children.reap().empty());
    CHECK(mistaken.children.running().empty());
    mistaken.end_stranger();
}

// SIGSTOP keeps it from ending when it is asked. Whoever takes it for a child waits for ever.
TEST_CASE("nobody waits for a stranger with the number of a child") {
    if (skip_without_choice()) return;
    Mistaken mistaken;
    ::kill(mistaken.stranger, SIGSTOP);
    CHECK(mistaken.children.terminate_all(Deadline::after({})).empty());
    CHECK(mistaken.children.running().empty());
    mistaken.end_stranger();
}

TEST_CASE("only a child that runs is signalled, and each of them when all are") {
    Children children;
    const pid_t first = children.start(sleep_for_ever);
    const pid_t second = children.start(sleep_for_ever);
    children.signal_one(::getpid(), SIGKILL);
    children.signal_one(-1, SIGKILL);
    children.signal_one(first, SIGUSR1);
    CHECK(only_status(children, first).describe() == "killed by signal 10 (User defined signal 1)");
    children.signal_one(first, SIGUSR1);
    children.signal_all(SIGTERM);
    CHECK(only_status(children, second).describe() == "killed by signal 15 (Terminated)");
}

TEST_CASE("no child outlives its owner") {
    pid_t pid = -1;
    {
        Children children;
        pid = children.start(sleep_for_ever);
        CHECK(::kill(pid, 0) == 0);
    }
    CHECK(::kill(pid, 0) == -1);
    CHECK(errno == ESRCH);
}

// The grandchild holds the writing end; the end of the pipe says that it is gone.
TEST_CASE("a child is signalled when its parent is killed") {
    Children children;
    Pipe life = make_pipe();
    Pipe ready = make_pipe();
    const pid_t parent = children.start([&] {
        Children grandchildren;
        grandchildren.start([&] { return send_byte(ready) ? sleep_for_ever() : 1; });
        return sleep_for_ever();
    });
    life.writing.reset();
    wait_for_byte(ready);
    REQUIRE(::kill(parent, SIGKILL) == 0);
    pollfd end{life.reading.get(), POLLIN, 0};
    CHECK(::poll(&end, 1, 10'000) == 1);
    CHECK((end.revents & POLLHUP) != 0);
}
