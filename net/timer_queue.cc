#include "net/timer_queue.hh"

#include <algorithm>
#include <cassert>
#include <utility>

namespace waymark::net {

using daemon::Deadline;

Timer::Timer(TimerQueue& queue, std::function<void()> on_due)
    : queue_(queue), on_due_(std::move(on_due)) {
    const std::size_t needed = queue_.timers_ + 1;
    if (queue_.heap_.capacity() < needed) queue_.heap_.reserve(2 * needed);
    ++queue_.timers_;
}

Timer::~Timer() {
    leave();
    --queue_.timers_;
}

void Timer::set(Deadline deadline) {
    deadline_ = deadline;
    if (deadline.is_never()) return;
    // One that is due already would have its turn in this very round.
    const bool stands_early_enough =
        index_ != kNowhere && place_ <= deadline && place_ >= Deadline(queue_.soonest_);
    if (stands_early_enough) return;
    leave();
    queue_.insert(*this, std::max(deadline, Deadline(queue_.soonest_)));
}

void Timer::leave() {
    if (index_ != kNowhere) queue_.remove(*this);
}

Deadline TimerQueue::next() const {
    return heap_.empty() ? Deadline::never() : heap_[0]->place_;
}

void TimerQueue::run_due(Clock::time_point now) {
    // One that sets itself to "now", or to yesterday, stands behind all that is due.
    struct BehindAll {
        TimerQueue& queue;
        ~BehindAll() { queue.soonest_ = Clock::time_point::min(); }
    } const behind_all{*this};
    soonest_ = now + Clock::duration(1);
    while (next().expired(now)) {
        Timer& timer = *heap_[0];
        remove(timer);
        if (timer.deadline_.is_never()) continue;
        if (!timer.deadline_.expired(now)) {
            insert(timer, timer.deadline_);
            continue;
        }
        timer.cancel();
        timer.on_due_();  // may destroy the timer
    }
}

void TimerQueue::insert(Timer& timer, Deadline place) {
    assert(timer.index_ == Timer::kNowhere);
    timer.place_ = place;
    heap_.push_back(&timer);
    timer.index_ = heap_.size() - 1;
    move_up(timer.index_);
}

void TimerQueue::remove(Timer& timer) {
    const std::size_t hole = timer.index_;
    timer.index_ = Timer::kNowhere;
    Timer* last = heap_.back();
    heap_.pop_back();
    if (last == &timer) return;
    put(hole, last);
    move_up(hole);
    move_down(last->index_);
}

void TimerQueue::put(std::size_t index, Timer* timer) {
    heap_[index] = timer;
    timer->index_ = index;
}

void TimerQueue::move_up(std::size_t index) {
    Timer* timer = heap_[index];
    while (index > 0) {
        const std::size_t parent = (index - 1) / 2;
        if (heap_[parent]->place_ <= timer->place_) break;
        put(index, heap_[parent]);
        index = parent;
    }
    put(index, timer);
}

void TimerQueue::move_down(std::size_t index) {
    Timer* timer = heap_[index];
    for (;;) {
        std::size_t child = 2 * index + 1;
        if (child >= heap_.size()) break;
        if (child + 1 < heap_.size() && heap_[child + 1]->place_ < heap_[child]->place_) ++child;
        if (timer->place_ <= heap_[child]->place_) break;
        put(index, heap_[child]);
        index = child;
    }
    put(index, timer);
}

}  // namespace waymark::net
