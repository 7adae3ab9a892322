#include "lessons/course/check/faults.hh"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <random>
#include <utility>

#include "lessons/course/check/fault_plan.hh"

namespace waymark::course::check {

namespace {

constexpr std::size_t kCalls = static_cast<std::size_t>(Call::kCount);

struct Plan {
    std::atomic<int> calls = 0;
    int error = 0;
    int times = 0;
    int after = 0;
    int interrupt_one_in = 0;
    int interrupted_in_a_row = 0;
    int expire = 0;
    bool stands_still = false;
    std::function<void()> before;
    std::function<void()> when_done;
};

std::atomic<bool> planned = false;
std::atomic<int> to_nobody = 0;
std::array<Plan, kCalls> plans;
std::minstd_rand randomness;
int shorten_to = 0;
std::function<void()> child_begins;
std::atomic_flag busy;  // the plan is used by threads; nothing here may call what is interposed

// No signal is let in meanwhile: a handler that makes a call would wait for the code that it
// interrupted. By number, since sigprocmask is interposed too.
class Busy {
  public:
    Busy() {
        ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &kAll, &previous_, sizeof kAll);
        while (busy.test_and_set(std::memory_order_acquire)) {
        }
    }
    ~Busy() {
        busy.clear(std::memory_order_release);
        ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &previous_, nullptr, sizeof kAll);
    }

  private:
    static constexpr std::uint64_t kAll = ~std::uint64_t{0};  // the kernel's set: a bit a signal
    std::uint64_t previous_ = 0;
};

bool interrupted_now(Plan& plan) {
    if (plan.interrupt_one_in == 0) return false;
    const bool chosen = randomness() % static_cast<unsigned>(plan.interrupt_one_in) == 0;
    plan.interrupted_in_a_row =
        chosen && plan.interrupted_in_a_row < 2 ? plan.interrupted_in_a_row + 1 : 0;
    return plan.interrupted_in_a_row > 0;
}

Plan& plan_of(Call call) {
    return plans[static_cast<std::size_t>(call)];
}

// Outside of Busy: the action may make calls, and raise signals whose handlers do.
void run_once(std::function<void()>& planned_action) {
    std::function<void()> action;
    {
        const Busy one_at_a_time;
        action = std::exchange(planned_action, nullptr);
    }
    if (action) action();
}

}  // namespace

bool call_fails(Call call) {
    if (!planned.load()) return false;
    run_once(plan_of(call).before);
    const Busy one_at_a_time;
    Plan& plan = plan_of(call);
    const int number = plan.calls.fetch_add(1);
    if (interrupted_now(plan)) {
        errno = EINTR;
        return true;
    }
    if (number < plan.after || number >= plan.after + plan.times) return false;
    errno = plan.error;
    return true;
}

void begin_the_child() {
    const std::function<void()> action = std::exchange(child_begins, nullptr);
    if (planned.load() && action) action();
}

bool time_is_up(Call call) {
    if (!planned.load()) return false;
    const Busy one_at_a_time;
    Plan& plan = plan_of(call);
    if (plan.expire == 0) return false;
    --plan.expire;
    return true;
}

void time_has_passed(Call call) {
    if (!planned.load()) return;
    const Busy one_at_a_time;
    plan_of(call).expire = 0;
}

bool time_stands_still(Call call) {
    if (!planned.load()) return false;
    const Busy one_at_a_time;
    return plan_of(call).stands_still;
}

void call_done(Call call) {
    if (!planned.load()) return;
    const int error = errno;
    run_once(plan_of(call).when_done);
    errno = error;
}

void signal_to_nobody() {
    ++to_nobody;
}

std::size_t shortened(std::size_t length) {
    if (!planned.load() || shorten_to == 0 || length < 2) return length;
    const Busy one_at_a_time;
    return std::min<std::size_t>(length, 1 + randomness() % static_cast<unsigned>(shorten_to));
}

Faults::Faults(std::uint64_t seed) {
    assert(!planned.load());
    for (Plan& plan : plans) {
        plan.calls = 0;
        plan.error = plan.times = plan.after = 0;
        plan.interrupt_one_in = plan.interrupted_in_a_row = 0;
        plan.expire = 0;
        plan.stands_still = false;
        plan.before = plan.when_done = nullptr;
    }
    shorten_to = 0;
    to_nobody = 0;
    child_begins = nullptr;
    randomness.seed(static_cast<std::minstd_rand::result_type>(seed));
    planned = true;
}

Faults::~Faults() {
    planned = false;
}

void Faults::fail(Call call, int error, int times, int after) {
    const Busy one_at_a_time;
    Plan& plan = plan_of(call);
    plan.error = error;
    plan.times = times;
    plan.after = plan.calls.load() + after;
}

void Faults::interrupt(Call call, int one_in) {
    plan_of(call).interrupt_one_in = one_in;
}

void Faults::shorten(int most) {
    shorten_to = most;
}

void Faults::before(Call call, std::function<void()> action) {
    const Busy one_at_a_time;
    plan_of(call).before = std::move(action);
}

void Faults::in_the_child(std::function<void()> action) {
    child_begins = std::move(action);
}

void Faults::after(Call call, std::function<void()> action) {
    const Busy one_at_a_time;
    plan_of(call).when_done = std::move(action);
}

void Faults::expire(Call call, int times) {
    plan_of(call).expire = times;
}

void Faults::time_stands_still(Call call) {
    const Busy one_at_a_time;
    plan_of(call).stands_still = true;
}

int Faults::signals_to_nobody() const {
    return to_nobody.load();
}

int Faults::calls(Call call) const {
    return plan_of(call).calls.load();
}

}  // namespace waymark::course::check
