#include "net/event_loop.hh"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <typeinfo>
#include <utility>

#include "daemon/error.hh"

namespace waymark::net {

using daemon::check;
using daemon::Deadline;
using daemon::Fd;

// The queue of scheduled coroutines is a ring: a resumable can leave from the middle in no time
// when its coroutine is destroyed.
void EventLoop::Resumable::link_before(Resumable& position) {
    previous_ = position.previous_;
    next_ = &position;
    previous_->next_ = this;
    position.previous_ = this;
}

void EventLoop::Resumable::unlink() {
    if (next_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = nullptr;
}

EventLoop::WakeUp::WakeUp() : fd_(check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {}

bool EventLoop::WakeUp::on_ready(std::uint32_t) {
    return is_signalled_ = true;
}

// Emptied only here: were it done when the loop is told, an exception in between would leave the
// posted work to the next signal.
bool EventLoop::WakeUp::take() {
    if (!std::exchange(is_signalled_, false)) return false;
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(fd_.get(), &count, sizeof count);
    return true;
}

void EventLoop::WakeUp::signal() {
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then the loop is awake anyway (eventfd(2)).
    [[maybe_unused]] const ssize_t put = ::write(fd_.get(), &one, sizeof one);
}

EventLoop::EventLoop() : epoll_(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
    scheduled_.previous_ = scheduled_.next_ = &scheduled_;
    ready_.resize(kEventsPerRound);
    add(wake_up_.fd(), EPOLLIN, wake_up_);
}

void EventLoop::add(const Fd& fd, std::uint32_t events, Watcher& watcher) {
    epoll_event event{.events = events, .data = {.ptr = &watcher}};
    check(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd.get(), &event), "epoll_ctl ADD");
}

void EventLoop::change(const Fd& fd, std::uint32_t events, Watcher& watcher) {
    epoll_event event{.events = events, .data = {.ptr = &watcher}};
    check(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd.get(), &event), "epoll_ctl MOD");
}

void EventLoop::remove(const Fd& fd, Watcher& watcher) {
    check(::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd.get(), nullptr), "epoll_ctl DEL");
    for (std::size_t i = told_count_; i < ready_count_; ++i)
        if (ready_[i].data.ptr == &watcher) ready_[i].data.ptr = nullptr;
    spin_check_.removed(&watcher);
}

void EventLoop::schedule(Resumable& resumable) {
    assert(resumable.coroutine);
    if (!resumable.is_scheduled()) resumable.link_before(scheduled_);
}

void EventLoop::post(std::function<void()> work) {
    {
        const std::lock_guard lock(posted_mutex_);
        posted_.push_back(std::move(work));
    }
    wake_up_.signal();
}

void EventLoop::stop() {
    {
        const std::lock_guard lock(posted_mutex_);
        stop_posted_ = true;
    }
    wake_up_.signal();
}

void EventLoop::run() {
    // Taken back at the end and not at the beginning: a stop that came before is not lost.
    while (!stopping_) run_once();
    stopping_ = false;
}

void EventLoop::run_once(Deadline deadline) {
    // Not if a watcher threw in the last round: the kernel tells an edge only once.
    if (told_count_ == ready_count_) wait(deadline);
    now_ = Clock::now();
    steps_left_ = kStepsPerTurn;
    tell_watchers();
    timers_.run_due(now_);
    run_posted_work();
    resume_scheduled();
    for (std::size_t i = 0; i < round_hooks_.size(); ++i) round_hooks_[i]();  // one may add one
}

void EventLoop::wait(Deadline deadline) {
    spin_check_.round_begins();
    const bool has_work = scheduled_.next_ != &scheduled_;
    const Deadline until = std::min(deadline, timers_.next());
    // epoll_wait counts in milliseconds; the wait is rounded up, so a timer is never early.
    const int timeout = has_work ? 0 : until.poll_timeout();
    const int count =
        ::epoll_wait(epoll_.get(), ready_.data(), static_cast<int>(ready_.size()), timeout);
    if (count == -1 && errno != EINTR) daemon::fail(errno, "epoll_wait");
    ready_count_ = count > 0 ? static_cast<std::size_t>(count) : 0;
    told_count_ = 0;
}

void EventLoop::tell_watchers() {
    while (told_count_ < ready_count_) {
        const epoll_event& ready = ready_[told_count_++];
        Watcher* watcher = static_cast<Watcher*>(ready.data.ptr);
        if (watcher == nullptr) continue;
        if (spin_check_.has_spun(watcher))
            fail_spinning(epoll_, watcher, typeid(*watcher), ready.events);
        const bool took = watcher->on_ready(ready.events);
        spin_check_.told(watcher, took);
    }
}

void EventLoop::run_posted_work() {
    if (!wake_up_.take()) return;
    try {
        run_taken_work();  // what one that threw has left, before what was posted meanwhile
        take_posted_work();
        run_taken_work();
    } catch (...) {
        wake_up_.signal();
        throw;
    }
    if (std::exchange(stop_taken_, false)) stopping_ = true;
}

void EventLoop::take_posted_work() {
    const std::lock_guard lock(posted_mutex_);
    taken_.clear();
    taken_.swap(posted_);
    taken_done_ = 0;
    stop_taken_ = std::exchange(stop_posted_, false) || stop_taken_;
}

// Each stands in the list until its turn, so nothing needs memory where one throws.
void EventLoop::run_taken_work() {
    while (taken_done_ < taken_.size()) {
        const std::function<void()> work = std::move(taken_[taken_done_++]);
        work();
    }
}

void EventLoop::resume_scheduled() {
    // A fence marks the end of what was scheduled before: a coroutine that schedules itself again,
    // because its peer never stops sending, waits for the next round like everybody else.
    Resumable fence;
    fence.link_before(scheduled_);
    while (scheduled_.next_ != &fence) {
        Resumable& next = *scheduled_.next_;
        next.unlink();
        steps_left_ = kStepsPerTurn;
        next.coroutine.resume();
    }
}

}  // namespace waymark::net
