// A timer that rings every 100 ms, and whose work takes 7 ms. The clock is made: nobody waits, and
// each run shows the same. The wrong way sets it again from now, the right one from when it was
// due.
//
// Look at when the tenth tick comes, and at what happens to ticks that were slept through.

#include <algorithm>
#include <chrono>
#include <functional>

#include "by_hand.hh"
#include "net/timer_queue.hh"

using namespace waymark::demo;
using namespace std::chrono_literals;
using waymark::daemon::Deadline;
using waymark::net::Timer;
using waymark::net::TimerQueue;

namespace {

using Clock = TimerQueue::Clock;
constexpr auto kPeriod = 100ms;
constexpr auto kWork = 7ms;

// What a loop does, with a clock of our own.
class MadeTime {
  public:
    Clock::time_point now() const { return now_; }
    void pass(Clock::duration time) { now_ += time; }
    long long milliseconds() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(now_ - Clock::time_point())
            .count();
    }
    void run_next(TimerQueue& timers) {
        now_ = std::max(now_, timers.next().instant());
        timers.run_due(now_);
    }

  private:
    Clock::time_point now_;
};

// How a timer that was due at `due` is set again when its work is done, at `now`.
using Next = std::function<Clock::time_point(Clock::time_point due, Clock::time_point now)>;

//#region next
Clock::time_point from_now(Clock::time_point, Clock::time_point now) {
    return now + kPeriod;  //@ 1
}
Clock::time_point from_due(Clock::time_point due, Clock::time_point) {
    return due + kPeriod;  //@ 2
}
Clock::time_point from_due_without_the_past(Clock::time_point due, Clock::time_point now) {
    const auto missed = now > due ? (now - due) / kPeriod : 0;  //@ 3
    return due + (missed + 1) * kPeriod;                        //@ 3
}
//#endregion next

// When each of ten ticks comes. The process is stopped behind the tick `stopped`, for 350 ms.
std::string ticks(const Next& next, int stopped = 0) {
    MadeTime time;
    TimerQueue timers;
    Clock::time_point due = time.now() + kPeriod;
    std::string text;
    int count = 0;
    Timer timer(timers, [&] {
        text += fmt::format(" {}", time.milliseconds());
        time.pass(kWork);
        if (++count == stopped) time.pass(350ms);
        due = next(due, time.now());
        timer.set(Deadline(due));
    });
    timer.set(Deadline(due));
    while (count < 10) time.run_next(timers);
    return text;
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    fmt::print("1. every 100 ms, set again from now\n  {}\n", ticks(from_now));
    end_step();
    fmt::print("2. set again from when it was due\n  {}\n", ticks(from_due));
    end_step();
    fmt::print("3. the same, and the process is stopped for 350 ms\n  {}\n", ticks(from_due, 3));
    end_step();
    fmt::print("4. ticks that have passed are left out\n  {}\n",
               ticks(from_due_without_the_past, 3));
    end_step();
}
