#include "daemon/children.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "daemon/children_under_test.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "daemon/signals.hh"

using namespace waymark::daemon;

TEST_CASE("the exit status of a child arrives") {
    for (const int code : {0, 3, 255}) {
        const ExitStatus status = status_of([code] { return code; });
        REQUIRE(status.exited());
        CHECK_FALSE(status.killed());
        CHECK(status.code() == code);
        CHECK(status.success() == (code == 0));
        CHECK(status.describe() == fmt::format("exit status {}", code));
    }
}

TEST_CASE("a killed child is told from one that ended by itself, and leaves its parent alive") {
    const ExitStatus status = status_of([] { return ::raise(SIGKILL); });
    REQUIRE(status.killed());
    CHECK_FALSE(status.exited());
    CHECK_FALSE(status.success());
    CHECK(status.signal() == 9);
    CHECK(status.describe() == "killed by signal 9 (Killed)");
}

TEST_CASE("a signal without a name and a core dump are described") {
    CHECK(ExitStatus::from_wait(34).describe() == "killed by signal 34");
    CHECK(ExitStatus::from_wait(11 | 0x80).describe() ==
          "killed by signal 11 (Segmentation fault), core dumped");
}

TEST_CASE("many children that ended together are all collected by one call") {
    Children children;
    std::vector<pid_t> pids;
    for (int i = 0; i < 50; ++i) pids.push_back(children.start([i] { return i; }));
    for (const pid_t pid : pids) wait_until_ended(pid);
    std::vector<Children::Ended> ended = children.reap();
    REQUIRE(ended.size() == 50);
    for (const Children::Ended& child : ended) {
        const auto place = std::ranges::find(pids, child.pid);
        REQUIRE(place != pids.end());
        CHECK(child.status.code() == place - pids.begin());
    }
    CHECK(children.running().empty());
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
}

TEST_CASE("no child is no error, and a child that runs does not block its parent") {
    Children children;
    CHECK(children.reap().empty());
    const pid_t pid = children.start(sleep_for_ever);
    CHECK(children.reap().empty());
    CHECK(children.running().count(pid) == 1);
}

TEST_CASE("a child that somebody else collected is forgotten without an error") {
    Children children;
    const pid_t pid = children.start([] { return 0; });
    REQUIRE(::waitpid(pid, nullptr, 0) == pid);
    CHECK(children.reap().empty());
    CHECK(children.running().empty());
}

TEST_CASE("the children of others are left to them") {
    const pid_t other = ::fork();
    REQUIRE(other != -1);
    if (other == 0) ::_exit(42);
    wait_until_ended(other);
    Children children;
    CHECK(children.reap().empty());
    int status = 0;
    CHECK(::waitpid(other, &status, 0) == other);
    CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("an exit status is kept although SIGCHLD was ignored by whoever started us") {
    const ExitStatus status = status_of([] {
        ::signal(SIGCHLD, SIG_IGN);
        return status_of([] { return 7; }).code();
    });
    CHECK(status.code() == 7);
}

TEST_CASE("what a child throws becomes one line and an exit status") {
    CHECK(status_of([]() -> int { throw UsageError("say --data DIR"); }).code() == kExitUsage);
    CHECK(status_of([]() -> int { fail(ENOSPC, "write", "disk"); }).code() == kExitSystem);
    CHECK(status_of([]() -> int { throw 5; }).code() == kExitSystem);
    const std::string output =
        output_of(STDERR_FILENO, []() -> int { throw std::runtime_error("no room"); });
    CHECK(output.starts_with("child "));
    CHECK(output.ends_with(": no room\n"));
    CHECK(std::ranges::count(output, '\n') == 1);
}

// The outer child has text in its buffer when it forks. Copied, it would come out twice.
TEST_CASE("buffered output of parent and child is written once each") {
    const std::string output = output_of(STDOUT_FILENO, [] {
        static char buffer[4096];
        std::setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
        fmt::print("parent\n");
        const int code = status_of([] {
                             fmt::print("child\n");
                             return 0;
                         }).code();
        std::fflush(stdout);
        return code;
    });
    CHECK(output == "parent\nchild\n");
}

TEST_CASE("a child runs neither atexit handlers nor the code after start") {
    Pipe pipe = make_pipe();
    static int writing = -1;
    writing = pipe.writing.get();
    status_of([] {
        std::atexit([] { (void)!::write(writing, "atexit", 6); });
        Children children;
        const pid_t pid = children.start([] { return 0; });
        // Reached once, by the parent: a child that falls through would write a second byte.
        (void)!::write(writing, "1", 1);
        return only_status(children, pid).code();
    });
    pipe.writing.reset();
    char text[16];
    CHECK(::read(pipe.reading.get(), text, sizeof text) == 1);
}

TEST_CASE("a child starts with default signals, an empty mask and no siblings") {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    const SignalMask mask({SIGTERM, SIGUSR2});
    Children children;
    const pid_t sibling = children.start(sleep_for_ever);
    const pid_t pid = children.start([&] {
        sigset_t blocked;
        ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
        struct sigaction action {};
        ::sigaction(SIGUSR1, nullptr, &action);
        children.signal_all(SIGKILL);
        return (::sigismember(&blocked, SIGTERM) == 1 ? 1 : 0) +
               (action.sa_handler != SIG_DFL ? 2 : 0) + (children.running().empty() ? 0 : 4);
    });
    CHECK(only_status(children, pid).describe() == "exit status 0");
    CHECK(::kill(sibling, 0) == 0);
}

TEST_CASE("a failing fork throws and leaves no child handle behind") {
    if (::geteuid() != 0) {
        fmt::print("SKIP: fork fails: needs root, to become a user without processes\n");
        return;
    }
    const ExitStatus status = status_of([] {
        const rlimit limit{1, 1};
        if (::setrlimit(RLIMIT_NPROC, &limit) == -1 || ::setuid(65533) == -1) return 10;
        Children children;
        try {
            children.start([] { return 0; });
            children.start(sleep_for_ever);
            return 11;
        } catch (const std::system_error& error) {
            return error.code().value() == EAGAIN && children.running().size() < 2 ? 0 : 12;
        }
    });
    CHECK(status.describe() == "exit status 0");
}
