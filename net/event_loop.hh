// One thread that serves many descriptors: it waits until something is ready (epoll(7)), lets the
// owner of each ready descriptor do what can be done without waiting, and waits again.
//
// A round of the loop has six steps, in this order:
//   1. epoll_wait: at most until the earliest timer;
//   2. readiness: each watcher whose descriptor is ready is told so; it may schedule a coroutine;
//   3. timers that are due;
//   4. posted work, from this thread or another;
//   5. scheduled coroutines run;
//   6. the round hooks (for instance: send what was gathered).
// Steps 3 to 6 are made in every round, also in one that found nothing ready because its deadline
// or a signal ended the wait: a hook must expect to find nothing to do. Where a step throws, what
// is behind it waits for the next round, the hooks too.
// Nobody but step 5 resumes a coroutine. Who may resume whom is the question on which event loops
// founder: a watcher that resumed a coroutine at once could be destroyed by it and then go on
// running. Here watchers and timers only schedule.
//
// One loop belongs to one thread. Only post() and stop() may be called from another. What is made
// with a loop (timers, streams, notices) and whoever waits in it (the tasks of a group) must be
// destroyed before it. A child of fork(2) shares the parent's epoll instance: it makes a loop of
// its own, and must not destroy what stands in the parent's, which would take it out for both.

#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "net/spin_check.hh"
#include "net/timer_queue.hh"

namespace waymark::net {

class EventLoop {
  public:
    using Clock = daemon::Deadline::Clock;

    // Told when its descriptor is ready. It must be removed from the loop before it is destroyed.
    class Watcher {
      public:
        // `events` as epoll_wait(2) gives them: EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR.
        // False if nothing was taken from the descriptor or given to it: then it is still ready,
        // and who goes on like this keeps the loop from its sleep (net/spin_check). True also from
        // whoever watches with EPOLLET, who is not told twice.
        virtual bool on_ready(std::uint32_t events) = 0;

      protected:
        ~Watcher() = default;
    };

    // A suspended coroutine that the loop may be asked to resume. The awaiter that suspended it
    // owns this object; when the coroutine is destroyed instead, the object leaves the queue by
    // itself.
    class Resumable {
      public:
        Resumable() = default;
        Resumable(const Resumable&) = delete;
        Resumable& operator=(const Resumable&) = delete;
        ~Resumable() { unlink(); }

        bool is_scheduled() const { return next_ != nullptr; }

        std::coroutine_handle<> coroutine;

      private:
        friend class EventLoop;
        void link_before(Resumable& position);
        void unlink();

        Resumable* previous_ = nullptr;
        Resumable* next_ = nullptr;
    };

    // Throws std::system_error if the kernel refuses an epoll instance or an eventfd.
    EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;
    ~EventLoop() = default;

    // Watches `fd` for `events` (EPOLLIN | EPOLLOUT | EPOLLET ...). Both stay the caller's, who
    // calls remove() before closing the descriptor. Throws std::system_error (epoll_ctl(2)).
    void add(const daemon::Fd& fd, std::uint32_t events, Watcher& watcher);
    void change(const daemon::Fd& fd, std::uint32_t events, Watcher& watcher);
    // Also takes back readiness reported in this round and not yet told, of all its descriptors.
    void remove(const daemon::Fd& fd, Watcher& watcher);

    TimerQueue& timers() { return timers_; }

    // The coroutine is resumed in this round, or in the next one if it is asked for by a coroutine
    // that runs now. Scheduling twice is scheduling once.
    void schedule(Resumable& resumable);

    // For awaiters that need no wait: false when the coroutine that runs has gone on without one
    // kStepsPerTurn times. It is scheduled then, so that a peer that always has one more byte does
    // not keep everybody else from their turn.
    static constexpr int kStepsPerTurn = 64;
    bool may_go_on() { return steps_left_ > 0 && steps_left_-- > 0; }

    // For `co_await loop.yield()`: lets everybody else have a turn first.
    class Yield;
    Yield yield();

    // Runs at the end of every round in which nothing threw. If one throws, those behind it wait for
    // the end of the next. Hooks cannot be removed; what they refer to must live as long as the
    // loop runs.
    void after_each_round(std::function<void()> hook) { round_hooks_.push_back(std::move(hook)); }

    // From any thread: runs `work` on the loop's thread, in the order of the calls. Throws
    // std::bad_alloc, and then nothing is posted.
    void post(std::function<void()> work);

    // Runs rounds until stop(). run_once waits for one round, at most until `deadline`. What a
    // watcher, a timer or posted work throws comes out of here; the others have their turn in the
    // next round. A descriptor that is ready again and again while its watcher takes nothing is our
    // own mistake: std::logic_error, which names both.
    void run();
    void run_once(daemon::Deadline deadline = daemon::Deadline::never());
    // From any thread, or from the loop itself: run() returns after the round, with all work done
    // that was posted before. One that comes while run() does not run ends the next one. Needs no
    // memory: it is called where things end because there is none.
    void stop();

    // When this round began to be served. One clock reading a round is enough for deadlines.
    Clock::time_point now() const { return now_; }

  private:
    class WakeUp final : public Watcher {
      public:
        WakeUp();
        bool on_ready(std::uint32_t events) override;
        void signal();
        // True once after each signal.
        bool take();
        const daemon::Fd& fd() const { return fd_; }

      private:
        daemon::Fd fd_;
        bool is_signalled_ = false;
    };

    void wait(daemon::Deadline deadline);
    void tell_watchers();
    void run_posted_work();
    void take_posted_work();
    void run_taken_work();
    void resume_scheduled();

    static constexpr std::size_t kEventsPerRound = 256;

    daemon::Fd epoll_;
    WakeUp wake_up_;
    TimerQueue timers_;
    Clock::time_point now_ = Clock::now();
    bool stopping_ = false;
    Resumable scheduled_;  // the head of a ring
    std::vector<epoll_event> ready_;
    std::size_t ready_count_ = 0;
    std::size_t told_count_ = 0;  // of these
    SpinCheck spin_check_;
    int steps_left_ = kStepsPerTurn;
    std::deque<std::function<void()>> round_hooks_;  // where they stay when one is added

    std::vector<std::function<void()>> taken_;  // posted work whose turn it is
    std::size_t taken_done_ = 0;                // of these
    bool stop_taken_ = false;

    std::mutex posted_mutex_;
    std::vector<std::function<void()>> posted_;
    bool stop_posted_ = false;
};

class EventLoop::Yield {
  public:
    explicit Yield(EventLoop& loop) : loop_(loop) {}
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) {
        resumable_.coroutine = coroutine;
        loop_.schedule(resumable_);
    }
    void await_resume() const {}

  private:
    EventLoop& loop_;
    Resumable resumable_;
};

inline EventLoop::Yield EventLoop::yield() {
    return Yield(*this);
}

}  // namespace waymark::net
