// Pieces that checks about threads are made of: how threads are put in order without sleeping, and
// how a thread looks from outside.
//
// The thread sanitizer must not hear of that order. A mutex, a pipe or an ordinary atomic number
// between two threads is order that it believes in, and then it no longer sees that the learner's
// code has none. So the gates here are system calls, and the numbers are relaxed.

#pragma once

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <set>
#include <thread>

namespace waymark::course::check {

// One-way gate between threads of one process.
class ThreadGate {
  public:
    void open();
    void wait() const;
    bool is_open() const { return open_.load(std::memory_order_relaxed) != 0; }

  private:
    std::atomic<int> open_ = 0;
};

// A number that threads add to.
class Tally {
  public:
    int add() { return count_.fetch_add(1, std::memory_order_relaxed) + 1; }
    int value() const { return count_.load(std::memory_order_relaxed); }

  private:
    std::atomic<int> count_ = 0;
};

// The threads of this process, by their ids in the kernel.
std::set<pid_t> threads_now();

// The thread waits for something that has not come for some milliseconds: a lock, a condition, a
// descriptor. On a machine that is very busy this may be said of a thread that is only slow. So
// use it to put in order what a wrong program would do wrong, never to find it wrong.
bool asleep(pid_t thread);

// A thread of the check that makes one call which may wait. `body` must not throw.
class Caller {
  public:
    explicit Caller(std::function<void()> body);
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;
    ~Caller();  // joins

    bool returned() const { return returned_.is_open(); }
    pid_t thread() const { return id_.load(std::memory_order_relaxed); }  // 0 before it runs
    // Until the call has returned, or waits.
    void wait_until_settled() const;
    void join();

  private:
    std::atomic<pid_t> id_ = 0;
    ThreadGate returned_;
    std::thread thread_;
};

// For a scope that holds what cannot be taken down once the case has failed (threads that wait for
// each other): declared last in it, ends the process there. The failure was told before.
class EndIfFailed {
  public:
    EndIfFailed() = default;
    EndIfFailed(const EndIfFailed&) = delete;
    EndIfFailed& operator=(const EndIfFailed&) = delete;
    ~EndIfFailed();
};

}  // namespace waymark::course::check
