#include "daemon/children.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "daemon/signals.hh"

using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

int sleep_for_ever() {
    while (true) ::pause();
}

// Waits until the child has ended, without collecting it.
void wait_until_ended(pid_t pid) {
    siginfo_t info;
    REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0);
}

ExitStatus only_status(Children& children, pid_t pid) {
    wait_until_ended(pid);
    const std::vector<Children::Ended> ended = children.reap();
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].pid == pid);
    return ended[0].status;
}

ExitStatus status_of(const std::function<int()>& body) {
    Children children;
    return only_status(children, children.start(body));
}

// Everything that a child writes to `descriptor` until it has ended.
std::string output_of(int descriptor, const std::function<int()>& body) {
    Children children;
    Pipe pipe = make_pipe();
    children.start([&] {
        ::dup2(pipe.writing.get(), descriptor);
        pipe.writing.reset();
        return body();
    });
    pipe.writing.reset();
    std::string output;
    char part[256];
    for (ssize_t n = 0; (n = ::read(pipe.reading.get(), part, sizeof part)) > 0;)
        output.append(part, static_cast<std::size_t>(n));
    return output;
}

void wait_for_byte(const Pipe& pipe) {
    char byte = 0;
    REQUIRE(::read(pipe.reading.get(), &byte, 1) == 1);
}

bool send_byte(const Pipe& pipe) {
    return ::write(pipe.writing.get(), "x", 1) == 1;
}

}  // namespace

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
