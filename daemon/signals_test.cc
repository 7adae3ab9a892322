#include "daemon/signals.hh"

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <thread>

#include "daemon/fd.hh"

using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

// Runs `body` in a process of its own, because it changes what signals do to the process.
int wait_status_of(const std::function<int()>& body) {
    const pid_t pid = ::fork();
    REQUIRE(pid != -1);
    if (pid == 0) ::_exit(body());
    int status = -1;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    return status;
}

bool is_default(int signal) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    return action.sa_handler == SIG_DFL;
}

bool is_blocked(int signal) {
    sigset_t mask;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    return ::sigismember(&mask, signal) == 1;
}

}  // namespace

TEST_CASE("a flag counts every delivery") {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    CHECK_FALSE(flag.raised());
    for (int i = 0; i < 3; ++i) ::raise(SIGUSR1);
    CHECK(flag.count() == 3);
    CHECK(flag.take() == 3);
    CHECK_FALSE(flag.raised());
}

TEST_CASE("the previous handler comes back at the end of the scope") {
    SignalFlag outer;
    SignalFlag inner;
    {
        const ScopedSignalHandler outer_handler(SIGUSR1, outer);
        {
            const ScopedSignalHandler inner_handler(SIGUSR1, inner);
            ::raise(SIGUSR1);
        }
        ::raise(SIGUSR1);
        ::raise(SIGUSR1);
    }
    CHECK(inner.count() == 1);
    CHECK(outer.count() == 2);
    CHECK(is_default(SIGUSR1));
}

// In place of the C library's, so that a test can act in the moment after it.
static void (*after_sigaction)() = nullptr;
extern "C" int sigaction(int signal, const struct sigaction* action,
                         struct sigaction* previous) noexcept {
    using Function = int (*)(int, const struct sigaction*, struct sigaction*);
    static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "sigaction"));
    const int result = real(signal, action, previous);
    if (after_sigaction) after_sigaction();
    return result;
}

TEST_CASE("a signal that another thread gets as soon as the handler stands is counted") {
    SignalFlag flag;
    after_sigaction = [] {
        std::thread([] {
            sigset_t none;  // not the mask of the thread that made this one
            ::sigemptyset(&none);
            ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
            ::raise(SIGUSR1);
        }).join();
    };
    {
        const ScopedSignalHandler handler(SIGUSR1, flag);
        after_sigaction = nullptr;
    }
    CHECK(flag.count() == 1);
}

TEST_CASE("a signal that cannot be handled is the system's refusal, and leaves no flag behind") {
    SignalFlag flag;
    CHECK_THROWS_AS(ScopedSignalHandler(SIGKILL, flag), std::system_error);
    CHECK_FALSE(wait_for_signal(flag, Deadline::after(0s)));
}

TEST_CASE("after the scope the signal kills again") {
    const int status = wait_status_of([] {
        ::signal(SIGUSR2, SIG_DFL);  // who started this program may have ignored it
        {
            SignalFlag flag;
            const ScopedSignalHandler handler(SIGUSR2, flag);
            ::raise(SIGUSR2);
            if (flag.count() != 1) return 1;
        }
        ::raise(SIGUSR2);
        return 0;
    });
    REQUIRE(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGUSR2);
}

TEST_CASE("a handler leaves errno as it was") {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    errno = ENOSPC;
    ::raise(SIGUSR1);
    CHECK(errno == ENOSPC);
}

// One thread reads an empty pipe, the other interrupts it until it has noticed.
static int errno_of_interrupted_read(int flags) {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag, flags);
    Pipe pipe = make_pipe();
    std::atomic<int> seen = -1;
    std::thread reader([&] {
        char byte = 0;
        seen = ::read(pipe.reading.get(), &byte, 1) == -1 ? errno : 0;
    });
    const pthread_t thread = reader.native_handle();
    for (int i = 0; i < 50 && seen == -1; ++i) {
        ::pthread_kill(thread, SIGUSR1);
        ::poll(nullptr, 0, 2);
    }
    (void)!::write(pipe.writing.get(), "x", 1);
    reader.join();
    return seen;
}

TEST_CASE("a signal interrupts a wait, unless SA_RESTART was asked for") {
    CHECK(errno_of_interrupted_read(0) == EINTR);
    CHECK(errno_of_interrupted_read(SA_RESTART) == 0);
}

TEST_CASE("a signal that came before the wait ends it at once") {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    ::raise(SIGUSR1);
    CHECK(wait_for_signal(flag, Deadline::never()));
}

TEST_CASE("a signal that is blocked and pending is let in by the wait") {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    const SignalMask mask({SIGUSR1});
    ::raise(SIGUSR1);
    CHECK_FALSE(flag.raised());
    CHECK(wait_for_signal(flag, Deadline::never()));
    CHECK(is_blocked(SIGUSR1));
}

// The sender answers each wait with one signal, at any moment round the start of the next wait. A
// wait that looks first and sleeps then misses one of thousands, and this test hangs.
TEST_CASE("no signal is missed between the look and the wait") {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    const pthread_t waiter = ::pthread_self();
    std::atomic<int> taken = 0;
    constexpr int kRounds = 5000;
    std::thread sender;
    {
        const SignalMask mask = SignalMask::all();  // inherited by the sender: the waiter gets them
        sender = std::thread([&] {
            for (int i = 0; i < kRounds; ++i) {
                ::pthread_kill(waiter, SIGUSR1);
                while (taken.load() <= i) std::this_thread::yield();
            }
        });
    }
    while (taken < kRounds) {
        REQUIRE(wait_for_signal(flag, Deadline::after(30s)));
        taken += flag.take();
    }
    sender.join();
    CHECK(taken == kRounds);
}

TEST_CASE("a wait without a signal ends at its deadline, also when other signals interrupt it") {
    SignalFlag flag;
    SignalFlag other;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    const ScopedSignalHandler other_handler(SIGUSR2, other);
    const SignalMask mask({SIGUSR2});
    CHECK_FALSE(wait_for_signal(flag, Deadline::after(1ms)));
    CHECK_FALSE(wait_for_signal(flag, Deadline::after(-1s)));
    CHECK_FALSE(other.raised());
}

TEST_CASE("a mask holds a signal back until the end of its scope") {
    SignalFlag flag;
    const ScopedSignalHandler handler(SIGUSR1, flag);
    {
        const SignalMask mask({SIGUSR1});
        ::raise(SIGUSR1);
        CHECK(flag.count() == 0);
    }
    CHECK(flag.count() == 1);
    CHECK_FALSE(is_blocked(SIGUSR1));
}

TEST_CASE("signals are read from a descriptor, merged by number") {
    SignalDescriptor signals({SIGUSR1, SIGUSR2});
    CHECK((::fcntl(signals.fd().get(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK_FALSE(signals.next());
    ::raise(SIGUSR2);
    ::raise(SIGUSR2);
    ::raise(SIGUSR1);
    pollfd ready{signals.fd().get(), POLLIN, 0};
    CHECK(::poll(&ready, 1, 0) == 1);
    CHECK(signals.next() == SIGUSR1);
    CHECK(signals.next() == SIGUSR2);
    CHECK_FALSE(signals.next());
}

TEST_CASE("without care SIGPIPE kills, ignored it becomes an error") {
    const auto write_to_nobody = [] {
        Pipe pipe = make_pipe();
        pipe.reading.reset();
        return ::write(pipe.writing.get(), "x", 1) == -1 ? errno : 0;
    };
    const int careless = wait_status_of(write_to_nobody);
    REQUIRE(WIFSIGNALED(careless));
    CHECK(WTERMSIG(careless) == SIGPIPE);
    const int careful = wait_status_of([&] {
        ignore_sigpipe();
        return write_to_nobody();
    });
    REQUIRE(WIFEXITED(careful));
    CHECK(WEXITSTATUS(careful) == EPIPE);
}

TEST_CASE("a reset leaves no handler, nothing ignored and nothing blocked") {
    const int status = wait_status_of([] {
        static SignalFlag flag;
        static const ScopedSignalHandler handler(SIGUSR1, flag);
        static const ScopedSignalHandler last(SIGRTMAX, flag);
        static const SignalMask mask({SIGTERM, SIGRTMAX});
        ignore_sigpipe();
        if (is_default(SIGUSR1) || is_default(SIGPIPE) || !is_blocked(SIGTERM)) return 1;
        reset_all_signals();
        for (int signal = 1; signal < _NSIG; ++signal)
            if (!is_default(signal) || is_blocked(signal)) return 100 + signal % 100;
        return 0;
    });
    CHECK(status == 0);
}
