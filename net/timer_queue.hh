// Timers in the order in which they are due: a binary heap in an array.
//
// A server sets a deadline for every read and takes it back when the bytes come, thousands of times
// a second, and nearly none is ever reached. So taking back and putting off cost next to nothing:
// the timer only notes its new instant, and its old place in the heap is looked at when that place
// comes up.

#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "daemon/deadline.hh"

namespace waymark::net {

class TimerQueue;

// Calls `on_due` once when its deadline has come. Leaves the queue when destroyed.
class Timer {
  public:
    // Makes room in the heap, so that set() needs no memory: it is called where nobody could be
    // told that there is none.
    Timer(TimerQueue& queue, std::function<void()> on_due);
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer();

    // Replaces the deadline that was set before; Deadline::never() cancels.
    void set(daemon::Deadline deadline);
    void cancel() { deadline_ = daemon::Deadline::never(); }
    bool is_set() const { return !deadline_.is_never(); }

  private:
    friend class TimerQueue;
    void leave();

    static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

    TimerQueue& queue_;
    std::function<void()> on_due_;
    daemon::Deadline deadline_;  // when it is due
    daemon::Deadline place_;     // as what it stands in the heap: not later, but for soonest_
    std::size_t index_ = kNowhere;
};

class TimerQueue {
  public:
    using Clock = daemon::Deadline::Clock;

    // No timer is due before this instant.
    daemon::Deadline next() const;

    // Runs what is due at `now`, the earliest first. A callback may set and destroy any timer; one
    // that is set meanwhile has its turn at a later instant, so that none can keep the others out.
    // A callback that destroys its own timer must not touch what it has captured afterwards.
    void run_due(Clock::time_point now);

    std::size_t size() const { return heap_.size(); }

  private:
    friend class Timer;
    void insert(Timer& timer, daemon::Deadline place);
    void remove(Timer& timer);
    void put(std::size_t index, Timer* timer);
    void move_up(std::size_t index);
    void move_down(std::size_t index);

    std::size_t timers_ = 0;                                // set or not
    Clock::time_point soonest_ = Clock::time_point::min();  // as what a timer may be put in
    std::vector<Timer*> heap_;  // heap_[i] is not due after heap_[2i+1] and heap_[2i+2]
};

}  // namespace waymark::net
