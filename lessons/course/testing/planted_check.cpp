// A check whose cases go wrong in every way that the runner knows, so that its tests can see each
// of them told apart. No lesson's check.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"
#include "lessons/course/check/threads.hh"

using namespace waymark::course::check;

namespace {

const Advice kPlanted{"a planted mistake", "It was planted.", "README.md#planted; fork(2)"};

// Starts a child that ends at once, and waits until it is a zombie.
pid_t start_and_let_end() {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(7);
    wait_until_ended(pid);
    return pid;
}

const Advice kOther{"another planted mistake", "It was planted, too.", "pipe(2)"};

[[gnu::noinline]] void take_the_other(std::mutex& lock) {
    lock.lock();
}

[[gnu::noinline]] int follow(const int* pointer) {
    return *pointer;
}

}  // namespace

TEST_CASE("passes") {
    step("do what is right");
    expect_equal(2 + 2, 4, "the sum", kPlanted);
}

TEST_CASE("fails") {
    step("go well");
    expect(true, "nothing", "right", "right", kPlanted);
    step("go wrong");
    expect_equal(std::string("a\r\n"), std::string("b\n"), "the line", kPlanted);
    step("never come here");
}

TEST_CASE("throws") {
    step("throw");
    throw std::runtime_error("thrown on purpose");
}

TEST_CASE("leaves a zombie") {
    step("start a child and forget it");
    start_and_let_end();
}

TEST_CASE("empties the mask") {
    step("open what the caller had blocked");
    sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

TEST_CASE("ignores a signal") {
    step("ignore a hang-up");
    ::signal(SIGHUP, SIG_IGN);
}

TEST_CASE("writes a variable") {
    step("set a variable anew, and another one");
    ::setenv("WAYMARK_OF_THE_CALLER", "of the called", 1);
    ::setenv("WAYMARK_OF_THE_CALLED", "new", 1);
}

TEST_CASE("leaves an orphan") {
    step("start a child that never ends, and forget it");
    if (::fork() == 0) {
        ::setsid();
        for (;;) ::pause();
    }
}

TEST_CASE("leaves an orphan that nobody sees as a child") {
    step("fork twice");
    const pid_t child = ::fork();
    if (child == 0) {
        if (::fork() == 0) {
            ::setsid();
            for (;;) ::pause();
        }
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
}

TEST_CASE("leaves a descriptor") {
    step("open and never close");
    if (::open("/dev/null", O_RDONLY | O_CLOEXEC) == -1) ::_exit(1);
}

TEST_CASE("leaves a thread") {
    step("detach and forget");
    std::thread([] {
        for (;;) ::pause();
    }).detach();
}

TEST_CASE("leaves a file") {
    step("write a file and forget it");
    std::ofstream("forgotten.txt") << "text";
}

TEST_CASE("follows a null pointer") {
    step("crash");
    if_it_crashes(kPlanted);
    int* volatile nowhere = nullptr;
    std::printf("%d\n", follow(nowhere));
}

TEST_CASE("uses freed memory") {
    step("crash");
    int* const number = new int(3);
    delete number;
    int* volatile pointer = number;
    std::printf("%d\n", follow(pointer));
}

TEST_CASE("ends its parent") {
    step("signal the parent");
    ::kill(::getppid(), SIGKILL);
    ::pause();
}

TEST_CASE("is killed") {
    step("be killed");
    ::raise(SIGKILL);
}

TEST_CASE("leaks memory") {
    step("allocate and forget");
    int* volatile pointer = new int[100];
    pointer[0] = 1;
    pointer = nullptr;
}

TEST_CASE("throws in a thread") {
    step("throw where nobody catches");
    std::thread([] { throw std::runtime_error("nobody catches this"); }).join();
}

TEST_CASE("hangs in read") {
    step("read what nobody writes");
    for (int times = 0; times < 3; ++times) if_it_hangs(kPlanted);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) == -1) ::_exit(1);
    char byte = 0;
    if (::read(ends[0], &byte, 1) == 1) ::_exit(1);
}

TEST_CASE("hangs and holds children") {
    step("wait for a child that waits");
    if (::fork() == 0)
        for (;;) ::pause();
    ::wait(nullptr);
}

TEST_CASE("hangs in two threads") {
    step("wait in two threads, each for what the other has");
    if_it_hangs(kPlanted, "futex");
    if_it_hangs(kOther, "waits in read");
    std::mutex left;
    std::mutex right;
    ThreadGate first;
    ThreadGate second;
    const auto take_both = [](std::mutex& one, std::mutex& two, ThreadGate& mine,
                              ThreadGate& theirs) {
        const std::lock_guard lock(one);
        mine.open();
        theirs.wait();
        take_the_other(two);
    };
    std::thread other(take_both, std::ref(right), std::ref(left), std::ref(second),
                      std::ref(first));
    ::pthread_setname_np(other.native_handle(), "other");
    take_both(left, right, first, second);
    other.join();
}

TEST_CASE("is stopped") {
    step("stop");
    ::raise(SIGSTOP);
}

TEST_CASE("uses too much") {
    step("count for a while where it may count for a moment");
    may_use(std::chrono::milliseconds(10));
    const std::clock_t end = std::clock() + CLOCKS_PER_SEC / 5;
    while (std::clock() < end) {
    }
}

TEST_CASE("uses what it may") {
    may_use(std::chrono::minutes(10));
    step("count for a while where it may count for long");
    const char* milliseconds = std::getenv("WAYMARK_COUNT_FOR_MS");
    const long count_for = milliseconds == nullptr ? 0 : std::atol(milliseconds);
    const std::clock_t end = std::clock() + CLOCKS_PER_SEC / 1000 * count_for;
    while (std::clock() < end) {
    }
}

TEST_CASE("uses much for the check's own looking") {
    step("count for a while, tell it, and do what the learner does");
    may_use(std::chrono::milliseconds(300));
    const std::clock_t end = std::clock() + CLOCKS_PER_SEC * 2 / 5;
    while (std::clock() < end) {
    }
    does_not_count(std::chrono::milliseconds(400));
}

TEST_CASE("fails in two ways") {
    step("fail");
    expect_equal(1, 2, "the number", {kPlanted, kOther});
}

TEST_CASE("fails in no known way") {
    step("fail");
    expect_equal(1, 2, "the number", {});
}

static void look_at_a_crashed_child() {
    waymark::daemon::Pipe said = waymark::daemon::make_pipe();
    const int status = in_a_process([&] {
        ::dup2(said.writing.get(), STDERR_FILENO);
        int* volatile nowhere = nullptr;
        return follow(nowhere);
    });
    said.writing.reset();
    const Witness witness([&] {
        std::string text(8192, '\0');
        text.resize(static_cast<std::size_t>(
            std::max<ssize_t>(0, ::read(said.reading.get(), text.data(), text.size()))));
        return text;
    });
    expect_equal(status, 0, "its wait status", kPlanted);
}

TEST_CASE("fails because a child has crashed") {
    step("start a child that follows a null pointer, and look at its end");
    look_at_a_crashed_child();
}

TEST_CASE("fails because a child has crashed in a way that is known") {
    step("start a child that follows a null pointer, and look at its end");
    if_it_crashes({"a planted null pointer", "It is followed.", "here"}, "null pointer");
    look_at_a_crashed_child();
}

TEST_CASE("leaves fifty orphans") {
    step("start fifty children and forget them");
    for (int child = 0; child < 50; ++child)
        if (::fork() == 0)
            for (;;) ::pause();
}

TEST_CASE("is slow") {
    step("sleep thirty times for a tenth of a second");
    for (int i = 0; i < 30; ++i) ::poll(nullptr, 0, 100);
}

TEST_CASE("spins") {
    step("count for ever");
    for (std::atomic<unsigned> count = 0;; ++count) {
    }
}

TEST_CASE("spins and prints") {
    step("print for ever");
    for (;;) ::write(STDOUT_FILENO, "again\n", 6);
}

TEST_CASE("spins in children") {
    step("start one child after the other, each of which counts for a moment");
    for (;;) {
        const pid_t child = ::fork();
        if (child == 0) {
            for (std::atomic<unsigned> count = 0; count < 3'000'000; ++count) {
            }
            ::_exit(0);
        }
        ::waitpid(child, nullptr, 0);
    }
}

TEST_CASE("ends the program") {
    step("call exit in the middle");
    std::exit(0);
}

TEST_CASE("falls through") {
    step("fork");
    const pid_t child = ::fork();
    step("go on in both processes");
    ::waitpid(child, nullptr, 0);
}

TEST_CASE("signals everybody") {
    step("kill minus one");
    ::kill(-1, SIGKILL);
}

TEST_CASE("is skipped") {
    step("look for what is not there");
    skip("needs what is not there");
}

TEST_CASE("prints much") {
    step("print");
    for (int line = 0; line < 100000; ++line)
        std::printf("{\"event\":\"end\",\"passed\":\"yes\"} %d\n", line);
    expect(false, "the end", "never", "now", kPlanted);
}
