#include "single_step.hh"

#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <thread>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/course/check/processes.hh"
#include "shared_memory.hh"

namespace waymark::course::check {

namespace {

using daemon::Pipe;

constexpr int kMark = SIGSTOP;  // before the first step and after the last one
constexpr int kNotPossible = 77;
constexpr int kLooksUntilAsleep = 10;
constexpr int kMillisecondsBetweenLooks = 10;

struct Common {
    std::atomic<pid_t> second_thread = 0;
    std::atomic<int> counted = 0;
};

// One byte in: a signal is to be raised. One byte out: its handler has ended.
struct Orders {
    Pipe in = daemon::make_pipe();
    Pipe out = daemon::make_pipe();
};

void serve_signals(Common& common, int signal, const Orders& orders) {
    common.second_thread = ::gettid();
    char order = 0;
    while (::read(orders.in.reading.get(), &order, 1) == 1) {
        ::pthread_kill(::pthread_self(), signal);
        if (::write(orders.out.writing.get(), &order, 1) != 1) return;
    }
}

[[noreturn]] void be_traced(const StepPlan& plan, Common& common, const Orders& orders) {
    std::thread(serve_signals, std::ref(common), plan.signal, std::cref(orders)).detach();
    while (common.second_thread == 0) std::this_thread::yield();
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == -1) ::_exit(kNotPossible);
    ::raise(kMark);
    plan.act();
    ::raise(kMark);
    common.counted = plan.count();
    ::_exit(0);
}

// Follows one traced process from its first mark to its end.
class Tracer {
  public:
    Tracer(pid_t pid, const Common& common, const Orders& orders, int most_steps)
        : pid_(pid), common_(common), orders_(orders), most_steps_(most_steps) {}

    Stepped follow() {
        wait_for_stop();
        if (WIFEXITED(seen_.status)) {
            seen_.possible = WEXITSTATUS(seen_.status) != kNotPossible;
            return seen_;
        }
        // If the check is ended, so is this process.
        ::ptrace(PTRACE_SETOPTIONS, pid_, nullptr, PTRACE_O_EXITKILL);
        step_to_second_mark();
        if (seen_.locked) ::kill(pid_, SIGKILL);
        run_to_end();
        seen_.counted = common_.counted;
        return seen_;
    }

  private:
    void wait_for_stop() {
        while (::waitpid(pid_, &seen_.status, __WALL) == -1 && errno == EINTR) {
        }
    }
    void resume(__ptrace_request how, int signal) {
        // The address stands for "where it stopped"; the signal goes as a pointer, says ptrace(2).
        ::ptrace(how, pid_, nullptr, reinterpret_cast<void*>(static_cast<long>(signal)));
        wait_for_stop();
    }
    void step_to_second_mark() {
        resume(PTRACE_SINGLESTEP, 0);
        while (WIFSTOPPED(seen_.status) && WSTOPSIG(seen_.status) != kMark && !seen_.locked) {
            const int signal = WSTOPSIG(seen_.status);
            const bool stepped = signal == SIGTRAP;
            if (stepped && seen_.signals < most_steps_) signal_the_other_thread();
            resume(seen_.signals < most_steps_ ? PTRACE_SINGLESTEP : PTRACE_CONT,
                   stepped ? 0 : signal);
        }
    }
    void run_to_end() {
        while (WIFSTOPPED(seen_.status))
            resume(PTRACE_CONT, WSTOPSIG(seen_.status) == kMark ? 0 : WSTOPSIG(seen_.status));
    }
    void signal_the_other_thread() {
        ++seen_.signals;
        char order = 0;
        if (::write(orders_.in.writing.get(), &order, 1) != 1) return;
        pollfd answer{orders_.out.reading.get(), POLLIN, 0};
        for (int asleep = 0; asleep < kLooksUntilAsleep; asleep += other_thread_sleeps() ? 1 : 0) {
            if (::poll(&answer, 1, kMillisecondsBetweenLooks) != 1) continue;
            (void)!::read(answer.fd, &order, 1);
            return;
        }
        seen_.locked = true;
    }
    // It sleeps in its read before it has seen the order, too: one look is not enough.
    bool other_thread_sleeps() const { return process_state(common_.second_thread) == 'S'; }

    pid_t pid_;
    const Common& common_;
    const Orders& orders_;
    const int most_steps_;
    Stepped seen_;
};

}  // namespace

Stepped step_through(const StepPlan& plan) {
    const SharedMemory<Common> common;
    const Orders orders;
    const pid_t pid = daemon::check(::fork(), "fork");
    if (pid == 0) be_traced(plan, *common, orders);
    return Tracer(pid, *common, orders, plan.most_steps).follow();
}

}  // namespace waymark::course::check
