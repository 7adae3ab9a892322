// A condition variable for coroutines: some wait, until somebody says that things have changed.
//
//     while (!changed) {
//         const bool told = co_await notice.wait(deadline);
//         if (!told) break;  // the deadline came first
//     }
//
// As with threads, being told is no promise that the condition still holds: look again. Unlike with
// threads nothing can change between the look and the wait, because a coroutine gives the thread
// away only at co_await.

#pragma once

#include <coroutine>
#include <vector>

#include "daemon/deadline.hh"
#include "net/event_loop.hh"

namespace waymark::net {

class Notice {
  public:
    explicit Notice(EventLoop& loop) : loop_(loop) {}
    Notice(const Notice&) = delete;
    Notice& operator=(const Notice&) = delete;

    class Wait;
    // True when told, false when the deadline came first.
    Wait wait(daemon::Deadline deadline = daemon::Deadline::never());

    // All who wait now go on, in the order in which they came. Those who wait again are not among
    // them.
    void tell_all();

    std::size_t waiting() const { return waiting_.size(); }

  private:
    EventLoop& loop_;
    std::vector<Wait*> waiting_;
};

class Notice::Wait {
  public:
    Wait(Notice& notice, daemon::Deadline deadline)
        : notice_(notice),
          deadline_(deadline),
          timer_(notice.loop_.timers(), [this] { finish(false); }) {}
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() { leave(); }

    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> coroutine);
    bool await_resume() const { return told_; }

  private:
    friend class Notice;
    void finish(bool told);
    void leave() { std::erase(notice_.waiting_, this); }

    Notice& notice_;
    daemon::Deadline deadline_;
    Timer timer_;
    EventLoop::Resumable resumable_;
    bool told_ = false;
};

inline Notice::Wait Notice::wait(daemon::Deadline deadline) {
    return Wait(*this, deadline);
}

}  // namespace waymark::net
