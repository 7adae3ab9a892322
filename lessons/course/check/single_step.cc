#include "lessons/course/check/single_step.hh"

#include <elf.h>
#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/course/check/activity.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/shared_memory.hh"
#include "lessons/course/check/story.hh"

namespace waymark::course::check {

namespace {

using daemon::Pipe;

constexpr int kMark = SIGSTOP;  // before the first step and after the last one
constexpr int kNotPossible = 77;
constexpr int kLooksUntilAsleep = 10;
constexpr int kMillisecondsBetweenLooks = 10;
constexpr std::chrono::seconds kMayUse{3};

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

// Where the code of some libraries is, in this process and in what it forks.
class Code {
  public:
    Code() = default;
    explicit Code(std::initializer_list<std::string_view> libraries) {
        std::ifstream maps("/proc/self/maps");
        for (std::string line; std::getline(maps, line);) {
            const auto named = [&](std::string_view name) { return line.find(name) != line.npos; };
            Range range;
            if (std::ranges::any_of(libraries, named) &&
                std::sscanf(line.c_str(), "%lx-%lx", &range.first, &range.end) == 2)
                ranges_.push_back(range);
        }
    }
    bool has(unsigned long place) const {
        return std::ranges::any_of(ranges_, [place](const Range& range) {
            return place >= range.first && place < range.end;
        });
    }

  private:
    struct Range {
        unsigned long first = 0;
        unsigned long end = 0;
    };
    std::vector<Range> ranges_;
};

// Of a process that stands still; 0 on processors that are not known here.
unsigned long next_instruction(pid_t pid) {
    user_regs_struct registers{};
    iovec place{&registers, sizeof registers};
    ::ptrace(PTRACE_GETREGSET, pid, reinterpret_cast<void*>(NT_PRSTATUS), &place);
#if defined(__x86_64__)
    return registers.rip;
#elif defined(__aarch64__)
    return registers.pc;
#else
    return 0;
#endif
}

// Follows one traced process from its first mark to its end.
class Tracer {
  public:
    Tracer(pid_t pid, const Common& common, const Orders& orders, const StepPlan& plan)
        : pid_(pid), common_(common), orders_(orders), plan_(plan) {
        if (plan.spare_libraries) spared_ = Code({"/libc.", "/libasan."});
    }

    Stepped follow() {
        wait_for_stop();
        if (WIFEXITED(seen_.status)) {
            seen_.possible = WEXITSTATUS(seen_.status) != kNotPossible;
            return seen_;
        }
        // If the check is ended, so is this process.
        ::ptrace(PTRACE_SETOPTIONS, pid_, nullptr, PTRACE_O_EXITKILL);
        if (plan_.begins_later) {
            resume(PTRACE_CONT, 0);
            run_to_mark();
        }
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
    // A stop for each instruction costs both processes much more than the instruction. How much, is
    // a matter of the machine and not of the learner.
    void take_off_cost() {
        const auto more =
            std::chrono::duration_cast<std::chrono::milliseconds>(used_so_far() - told_);
        if (more.count() <= 0) return;
        told_ += more;
        does_not_count(more);
    }
    std::chrono::nanoseconds used_so_far() const {
        return processor_time(::getpid()) + processor_time(pid_);
    }
    void resume(__ptrace_request how, int signal) {
        // The address stands for "where it stopped"; the signal goes as a pointer, says ptrace(2).
        ::ptrace(how, pid_, nullptr, reinterpret_cast<void*>(static_cast<long>(signal)));
        wait_for_stop();
    }
    void step_to_second_mark() {
        constexpr int kSparedForOne = 20;
        constexpr int kTellEvery = 256;
        told_ = used_so_far();
        bool is_enough = false;
        resume(PTRACE_SINGLESTEP, 0);
        for (int steps = 1;
             stands_before_mark() && !is_enough && seen_.signals < plan_.most_steps &&
             steps < kSparedForOne * (plan_.first + plan_.most_steps);
             ++steps) {
            if (is_meeting_place()) {
                signal_the_other_thread();
                is_enough = plan_.is_enough();
            }
            if (steps % kTellEvery == 0) take_off_cost();
            if (!seen_.locked) resume(PTRACE_SINGLESTEP, signal_to_hand_on());
        }
        take_off_cost();
        // What it uses from here on is its own.
        run_to_mark();
    }
    // At full speed.
    void run_to_mark() {
        while (stands_before_mark()) resume(PTRACE_CONT, signal_to_hand_on());
    }
    bool is_meeting_place() {
        if (!has_stepped() || spared_.has(next_instruction(pid_))) return false;
        ++places_;
        return places_ >= plan_.first && (places_ - plan_.first) % plan_.every == 0;
    }
    bool stands_before_mark() const {
        return WIFSTOPPED(seen_.status) && WSTOPSIG(seen_.status) != kMark && !seen_.locked;
    }
    bool has_stepped() const { return WSTOPSIG(seen_.status) == SIGTRAP; }
    int signal_to_hand_on() const { return has_stepped() ? 0 : WSTOPSIG(seen_.status); }

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
            if (::poll(&answer, 1, kMillisecondsBetweenLooks) != 1) {
                if (process_state(common_.second_thread) == '\0') return;  // it has crashed
                continue;
            }
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
    const StepPlan& plan_;
    Code spared_;
    int places_ = 0;                    // instructions so far at which the two may meet
    std::chrono::nanoseconds told_{0};  // of the time that does not count
    Stepped seen_;
};

}  // namespace

void step_from_here() {
    ::raise(kMark);
}

Stepped step_through(const StepPlan& plan) {
    // Thousands of stops: on a machine with much to do their time is not the learner's.
    may_use(kMayUse);
    const SharedMemory<Common> common;
    const Orders orders;
    const pid_t pid = daemon::check(::fork(), "fork");
    if (pid == 0) be_traced(plan, *common, orders);
    return Tracer(pid, *common, orders, plan).follow();
}

}  // namespace waymark::course::check
