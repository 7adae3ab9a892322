// How the pool begins: threads that cannot be started, the mask that they are born with, and what
// its maker must not ask for.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <new>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "daemon/fd.hh"
#include "daemon/signals.hh"
#include "lessons/02-threads/crew.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"

using namespace waymark::course::check;

// There is none for the next piece of memory that this thread asks for by new.
static thread_local bool memory_is_short = false;

void* operator new(std::size_t size) {
    void* memory = std::exchange(memory_is_short, false) ? nullptr : std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace {

// Those of the signals from outside that this thread lets in.
std::string let_in() {
    sigset_t mask;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    std::string names;
    for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM,
                             SIGCHLD, SIGTSTP, SIGWINCH, SIGRTMIN, SIGRTMAX})
        if (::sigismember(&mask, number) == 0)
            names += std::string(names.empty() ? "SIG" : ", SIG") + (number == SIGRTMIN ? "RTMIN"
                                                                     : number == SIGRTMAX
                                                                         ? "RTMAX"
                                                                         : ::sigabbrev_np(number));
    return names;
}

// The wait status of a process that makes this mistake; what an assertion prints there is not the
// learner's to read.
int status_of(void (*mistake)()) {
    return in_a_process([mistake] {
        const waymark::daemon::Fd nowhere(::open("/dev/null", O_WRONLY));
        ::dup2(nowhere.get(), STDERR_FILENO);
        try {
            mistake();
        } catch (...) {
            return 1;
        }
        return 0;
    });
}

// What a thread keeps for itself is destroyed when it ends: this one is held there.
struct EndsLate {
    const ThreadGate* gate = nullptr;
    ~EndsLate() {
        if (gate != nullptr) gate->wait();
    }
};
thread_local EndsLate ends_late;

}  // namespace

TEST_CASE("a constructor that throws has joined what it has started") {
    ThreadGate waits;
    ThreadGate may_end;
    ThreadGate refused;
    const EndIfFailed end;
    act("make a pool of two threads; the first one ends late, the second one cannot be started",
        kLostAtStop, kExceptionKills);
    if_it_crashes(kDetach, "two threads used");
    Caller maker([&] {
        Faults faults;
        faults.fail(Call::thread_create, EAGAIN, 1, 1);
        faults.before(Call::cond_wait, [&] {
            ends_late.gate = &may_end;
            waits.open();
        });
        faults.before(Call::thread_create, [&] {
            faults.before(Call::thread_create, [&] {
                settles([&] { return waits.is_open(); });
                refused.open();
            });
        });
        try {
            const ThreadPool pool(2, 1);
        } catch (...) {
        }
    });
    settles([&] { return refused.is_open() || maker.returned(); });
    maker.wait_until_settled();
    const bool left_behind = waits.is_open() && maker.returned();
    may_end.open();
    maker.join();
    expect(!left_behind, "the constructor, while a thread has not ended", "waits for it",
           "has thrown", kDetach);
}

TEST_CASE("a thread that cannot be started does not end the process") {
    const std::set<pid_t> before = threads_now();
    const waymark::daemon::SignalMask blocked({SIGUSR2});
    const std::string mask = let_in();
    const EndIfFailed end;
    for (const int good : {2, 0, 3}) {
        // Where it went well for the first pool, the third one has found something of it.
        act("make a pool of four threads where " + std::to_string(good) +
                " can be started and the next one cannot (EAGAIN)",
            kLostAtStop, good == 3 ? kStatic : kExceptionKills);
        if_it_crashes(kSharing, "two threads used");
        std::string thrown = "no exception";
        std::size_t running = 0;
        {
            Faults faults;
            faults.fail(Call::thread_create, EAGAIN, 1, good);
            try {
                const ThreadPool pool(4, 1);
                running = threads_now().size() - before.size();
            } catch (const std::system_error& refused) {
                thrown = "std::system_error: " + refused.code().message();
            } catch (const std::exception& other) {
                thrown = std::string("another exception: ") + other.what();
            }
        }
        const std::string expected = "std::system_error: " + std::system_category().message(EAGAIN);
        expect(thrown == expected, "what the constructor throws", expected, thrown,
               thrown != "no exception" ? kOtherThrown
               : running < 4            ? kSwallowed
                                        : kTriedAgain);
        expect(eventually([&] { return threads_now() == before; }), "the threads that were started",
               "have ended", "still run", kDetach);
        expect_equal(let_in(), mask, "signals that may end in the main thread", kSignals);
    }
    act("make a pool of two threads, and there is no memory for the second one", kLostAtStop,
        kExceptionKills);
    bool thrown = false;
    {
        Faults faults;
        faults.before(Call::thread_create, [] { memory_is_short = true; });
        try {
            const ThreadPool pool(2, 1);
        } catch (const std::exception&) {
            thrown = true;
        }
    }
    expect(thrown || memory_is_short, "the constructor", "throws", "returns", kSwallowed);
    memory_is_short = false;
    expect(eventually([&] { return threads_now() == before; }), "the threads that were started",
           "have ended", "still run", kDetach);
    expect_equal(let_in(), mask, "signals that may end in the main thread", kSignals);
}

TEST_CASE("signals are left to the main thread") {
    const waymark::daemon::SignalMask blocked({SIGUSR2});
    const std::string before = let_in();
    std::string at_birth;
    Faults faults;
    faults.before(Call::thread_create, [&] { at_birth = let_in(); });
    act("make a pool, and look at the mask that its first thread is born with", kNotify);
    Crew crew(1, 1);
    expect_equal(at_birth, std::string(), "signals that may end in a thread at its start",
                 kSignals);
    act("look at the signal mask of a thread of the crew", kNotify);
    expect_equal(crew->submit(let_in).get(), std::string(), "signals that may end in the crew",
                 kSignals);
    act("look at the signal mask of the thread that made the pool", kNotify);
    expect_equal(let_in(), before, "signals that may end in the main thread", kSignals);
    destroy(crew);
}

TEST_CASE("what nobody must ask of a pool ends the program") {
    const std::pair<const char*, void (*)()> mistakes[] = {
        {"make a pool of no threads", [] { ThreadPool pool(0, 1); }},
        {"make a pool whose queue has no place", [] { ThreadPool pool(1, 0); }},
        {"stop a pool in a piece of its own work",
         [] {
             ThreadPool pool(1, 1);
             pool.submit([&] { pool.stop(AtStop::drain); }).get();
         }},
    };
    for (const auto& [what, mistake] : mistakes) {
        act(what, kNotAsserted);
        const int status = status_of(mistake);
        expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "the process",
               "ended by an assertion (SIGABRT)",
               WIFSIGNALED(status)        ? "ended by signal " + show(WTERMSIG(status))
               : WEXITSTATUS(status) == 1 ? "goes on with an exception"
                                          : "goes on",
               kNotAsserted);
    }
}
