// The part of planted_check that shows the check's own tools at work: planned faults, and how a
// sleeper is told from a loop. These cases pass.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <functional>
#include <string>

#include "daemon/fd.hh"
#include "lessons/course/check/activity.hh"
#include "lessons/course/check/core_dumps.hh"
#include "lessons/course/check/descriptor_limit.hh"
#include "lessons/course/check/fast_clock.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"
#include "lessons/course/check/without_input.hh"

using namespace waymark::course::check;

namespace {

const Advice kPlanted{"a planted mistake", "It was planted.", "README.md#planted; fork(2)"};

}  // namespace

TEST_CASE("time goes as planned") {
    Faults faults;
    step("let time pass twice");
    faults.expire(Call::poll, 2);
    constexpr int kHour = 3600 * 1000;
    expect_equal(::poll(nullptr, 0, kHour) + ::poll(nullptr, 0, kHour), 0, "the two polls",
                 kPlanted);
    step("let time stand still; a wait of a millisecond ends when there is something");
    faults.time_stands_still(Call::poll);
    Gate gate;
    pollfd readable{gate.waiting_fd(), POLLIN, 0};
    faults.before(Call::poll, [&] { (void)!::write(gate.opening_fd(), "x", 1); });
    expect_equal(::poll(&readable, 1, 1), 1, "what poll gave", kPlanted);
    step("do something after sigaction and before a lock");
    int done = 0;
    faults.after(Call::sigaction, [&] { ++done; });
    faults.before(Call::lock, [&] { ++done; });
    struct sigaction action {};
    ::sigaction(SIGUSR1, nullptr, &action);
    struct flock lock {};
    lock.l_type = F_RDLCK;
    ::fcntl(gate.waiting_fd(), F_SETLK, &lock);
    expect_equal(done, 2, "what was done", kPlanted);
}

TEST_CASE("a sleeper is told from a loop") {
    step("look at a process that sleeps, one that counts, and one that has ended");
    const auto look_at = [](const std::function<void()>& body) {
        const pid_t pid = ::fork();
        if (pid == 0) {
            body();
            ::_exit(0);
        }
        const Waiting waiting = how_it_waits(pid);
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        return waiting;
    };
    expect(look_at([] { ::pause(); }) == Waiting::asleep, "the sleeper", "sleeps", "else",
           kPlanted);
    expect(look_at([] {
               for (std::atomic<unsigned> count = 0;; ++count) {
               }
           }) == Waiting::busy,
           "the loop", "is busy", "else", kPlanted);
    expect(look_at([] {}) == Waiting::ended, "the third", "has ended", "else", kPlanted);
}

TEST_CASE("a fast clock jumps from event to event") {
    step("wait for ten minutes, in which a byte and a signal come");
    using Clock = std::chrono::steady_clock;
    const auto before = Clock::now();
    {
        const waymark::daemon::Pipe pipe = waymark::daemon::make_pipe();
        FastClock clock;
        clock.at(std::chrono::milliseconds(400'000),
                 [&] { static_cast<void>(::syscall(SYS_write, pipe.writing.get(), "x", 1)); });
        clock.interrupt_at(std::chrono::milliseconds(250));
        const auto start = Clock::now();
        const auto passed = [&] { return (Clock::now() - start) / std::chrono::milliseconds(1); };
        pollfd readable{pipe.reading.get(), POLLIN, 0};
        expect(::poll(&readable, 1, 600'000) == -1 && errno == EINTR, "the wait", "EINTR", "else",
               kPlanted);
        expect_equal(passed(), 250, "milliseconds at the signal", kPlanted);
        fd_set reading;
        FD_ZERO(&reading);
        FD_SET(pipe.reading.get(), &reading);
        timeval time{600, 0};
        expect_equal(::select(pipe.reading.get() + 1, &reading, nullptr, nullptr, &time), 1,
                     "what select found", kPlanted);
        expect_equal(passed(), 400'000, "milliseconds at the byte", kPlanted);
        expect_equal(::poll(nullptr, 0, 1000), 0, "a wait for nothing", kPlanted);
        expect_equal(passed(), 401'000, "milliseconds after it", kPlanted);
        expect_equal(clock.passed() / std::chrono::milliseconds(1), 401'000, "passed()", kPlanted);
        const timespec below_zero{-1, 0};
        expect(::ppoll(nullptr, 0, &below_zero, nullptr) == -1 && errno == EINVAL, "the wait",
               "EINVAL", "else", kPlanted);
        clock.each_look_takes(std::chrono::milliseconds(5));
        const auto first = Clock::now();
        expect_equal((Clock::now() - first) / std::chrono::milliseconds(1), 5,
                     "milliseconds between two looks", kPlanted);
    }
    expect(Clock::now() - before < std::chrono::minutes(5), "the clock afterwards", "the true one",
           "else", kPlanted);
}

TEST_CASE("faults come as planned and as often") {
    step("let fork fail twice");
    Faults faults(7);
    faults.fail(Call::fork, EAGAIN, 2, 1);
    int failed = 0;
    for (int time = 0; time < 4; ++time) {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(0);
        if (child == -1 && errno == EAGAIN) ++failed;
        if (child > 0)
            while (::waitpid(child, nullptr, 0) == -1) {
            }
    }
    expect_equal(failed, 2, "forks that failed", kPlanted);
    expect_equal(faults.calls(Call::fork), 4, "forks in all", kPlanted);
    step("signal a process that was collected, and one that is there; look for the first");
    const pid_t gone = ::fork();
    if (gone == 0) ::_exit(0);
    ::waitpid(gone, nullptr, 0);
    for (const int signal : {0, SIGCONT}) {
        ::kill(gone, signal);
        ::kill(::getpid(), signal);
    }
    expect_equal(faults.signals_to_nobody(), 1, "signals to nobody", kPlanted);
    step("do something before a signal; send one by a descriptor, and look by it");
    int sent = 0;
    const waymark::daemon::Fd self(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
    const int signals = faults.calls(Call::kill);
    for (const int signal : {0, SIGCONT}) {
        faults.before(Call::kill, [&] { sent = signal; });
        ::syscall(SYS_pidfd_send_signal, self.get(), signal, nullptr, 0);
    }
    expect_equal(sent, SIGCONT, "the signal before which it was done", kPlanted);
    expect_equal(faults.calls(Call::kill) - signals, 1, "signals that were sent", kPlanted);
    step("let looks see nobody, until there is a wait");
    const pid_t ended = ::fork();
    if (ended == 0) ::_exit(0);
    wait_until_ended(ended);
    faults.expire(Call::waitpid, 10);
    expect_equal(::waitpid(ended, nullptr, WNOHANG), 0, "what the look gave", kPlanted);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(ended), &info, WEXITED | WNOWAIT);
    expect_equal(::waitpid(ended, nullptr, WNOHANG), ended, "what the next look gave", kPlanted);
    step("interrupt waits");
    faults.interrupt(Call::waitpid, 2);
    int interrupted = 0;
    for (int time = 0; time < 20; ++time)
        if (::waitpid(-1, nullptr, WNOHANG) == -1 && errno == EINTR) ++interrupted;
    expect(interrupted > 2 && interrupted < 18, "interrupted waits", "some of 20",
           std::to_string(interrupted), kPlanted);
    step("write in short pieces");
    faults.shorten(3);
    Gate gate;
    const ssize_t count = ::write(gate.opening_fd(), "0123456789", 10);
    expect(count >= 1 && count <= 3, "bytes written", "1 to 3", std::to_string(count), kPlanted);
    step("whatever call writes and reads");
    char bytes[] = "0123456789";
    iovec parts[] = {{bytes, 1}, {bytes + 1, 9}};
    mmsghdr one{};
    one.msg_hdr.msg_iov = parts;
    one.msg_hdr.msg_iovlen = 2;
    const waymark::daemon::SocketPair pair = waymark::daemon::make_socket_pair(SOCK_STREAM);
    const int from = pair.first.get();
    const int to = pair.second.get();
    const auto short_one = [](const char* name, ssize_t moved) {
        expect(moved >= 1 && moved <= 3, name, "1 to 3", std::to_string(moved), kPlanted);
    };
    short_one("writev", ::writev(to, parts, 2));
    short_one("pwritev2", ::pwritev2(to, parts, 2, -1, 0));
    short_one("send", ::send(to, bytes, 10, 0));
    short_one("sendto", ::sendto(to, bytes, 10, 0, nullptr, 0));
    short_one("sendmsg", ::sendmsg(to, &one.msg_hdr, 0));
    expect_equal(::sendmmsg(to, &one, 1, 0), 1, "sendmmsg", kPlanted);
    short_one("what sendmmsg sent", one.msg_len);
    expect_equal(faults.calls(Call::write), 7, "writes in all", kPlanted);
    expect_equal(::syscall(SYS_write, to, std::string(60, 'x').data(), 60), 60L,
                 "bytes written past the plan", kPlanted);
    short_one("readv", ::readv(from, parts, 2));
    short_one("preadv2", ::preadv2(from, parts, 2, -1, 0));
    short_one("recv", ::recv(from, bytes, 10, 0));
    short_one("recvfrom", ::recvfrom(from, bytes, 10, 0, nullptr, nullptr));
    short_one("recvmsg", ::recvmsg(from, &one.msg_hdr, 0));
    expect_equal(::recvmmsg(from, &one, 1, 0, nullptr), 1, "recvmmsg", kPlanted);
    short_one("what recvmmsg got", one.msg_len);
    expect_equal(faults.calls(Call::read), 6, "reads in all", kPlanted);
}

TEST_CASE("a program without input opens number 0 next") {
    const auto input_now = [] {
        struct stat status {};
        ::fstat(STDIN_FILENO, &status);
        return status.st_ino;
    };
    const auto before = input_now();
    step("take the input away, and open something");
    {
        const WithoutInput free_number;
        const waymark::daemon::Fd opened(::open("/", O_RDONLY | O_CLOEXEC));
        expect_equal(opened.get(), 0, "its number", kPlanted);
        expect(input_now() != before, "descriptor 0", "another file", "as before", kPlanted);
    }
    step("and give it back");
    expect_equal(input_now(), before, "the file that descriptor 0 leads to", kPlanted);
}

// None is left: SIGKILL never leaves one.
TEST_CASE("a core is told of where there is none") {
    const auto killed = [] {
        const pid_t pid = ::fork();
        if (pid == 0) ::raise(SIGKILL);
        return pid;
    };
    const auto core_of = [](pid_t pid) {
        siginfo_t info{};
        ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
        int status = 0;
        ::waitpid(pid, &status, 0);
        return (info.si_code == CLD_DUMPED ? 1 : 0) + (WCOREDUMP(status) ? 2 : 0);
    };
    step("wait for a child that was killed, by waitid and waitpid");
    expect_equal(core_of(killed()), 0, "cores", kPlanted);
    {
        step("the same, with cores told of");
        const CoresAreTold cores;
        expect_equal(core_of(killed()), 3, "cores", kPlanted);
        step("wait for one that ended by itself: it has left none");
        const pid_t pid = ::fork();
        if (pid == 0) ::_exit(0);
        expect_equal(core_of(pid), 0, "cores", kPlanted);
    }
    step("without it nothing is told any more");
    expect_equal(core_of(killed()), 0, "cores", kPlanted);
}

// 1024 is what most machines give, whatever this one does: a verdict is the same on all.
TEST_CASE("another limit of descriptors is for a while") {
    const auto highest = [] {
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        return limit.rlim_cur;
    };
    expect_equal(highest(), 1024U, "the limit", kPlanted);
    {
        step("allow ten more");
        const DescriptorLimit more(1034);
        expect(more.is_set(), "the limit", "is set", "is not", kPlanted);
        const waymark::daemon::Fd copy(::dup2(0, 1033));
        expect_equal(copy.get(), 1033, "a copy of descriptor 0", kPlanted);
        step("and fewer than there are");
        const DescriptorLimit none(0);
        expect_equal(::dup(0), -1, "a copy of descriptor 0", kPlanted);
    }
    expect_equal(highest(), 1024U, "the limit", kPlanted);
}
