#include "daemon/thread_pool.hh"

#include <cassert>

#include "daemon/signals.hh"

namespace waymark::daemon {

//#region exercise-02
ThreadPool::ThreadPool(std::size_t threads, std::size_t queue_limit) : queue_limit_(queue_limit) {
    assert(threads > 0 && queue_limit > 0);
    const SignalMask mask = SignalMask::all();  // inherited by the threads
    threads_.reserve(threads);
    try {
        while (threads_.size() < threads) threads_.emplace_back([this] { work_until_stopped(); });
    } catch (...) {
        stop(AtStop::discard);  // a std::thread that was not joined ends the process
        throw;
    }
}

ThreadPool::~ThreadPool() {
    stop(AtStop::drain);
}

//#region put
bool ThreadPool::put(std::function<void()> work, bool wait_for_room) {
    {
        std::unique_lock lock(mutex_);  //@ 1
        // `while`, not `if`: a wait may end without reason, and another caller may
        // have taken the room between the wake-up and the lock.
        while (wait_for_room && !stopped_ && queue_.size() >= queue_limit_)  //@ 2..
            room_or_stop_.wait(lock);                                        //@ ..2
        if (stopped_ || queue_.size() >= queue_limit_) return false;         //@ 3
        queue_.push_back(std::move(work));
    }
    work_or_stop_.notify_one();  //@ 4
    return true;
}
//#endregion put

//#region take
// The next piece of work; nothing when the pool is stopped and the queue empty.
std::optional<std::function<void()>> ThreadPool::take() {
    std::optional<std::function<void()>> work;
    {
        std::unique_lock lock(mutex_);
        while (!stopped_ && queue_.empty()) work_or_stop_.wait(lock);  //@ 1
        if (queue_.empty()) return work;                               //@ 2
        work = std::move(queue_.front());                              //@ 3..
        queue_.pop_front();                                            //@ ..3
    }
    room_or_stop_.notify_one();  //@ 4
    return work;
}
//#endregion take

void ThreadPool::work_until_stopped() {
    // The packaged_task inside keeps what is thrown for its future. The piece of work is destroyed
    // here, without the lock: its destructors are somebody else's code.
    while (std::optional<std::function<void()>> work = take()) (*work)();
}

//#region stop
void ThreadPool::stop(AtStop at_stop) {
    std::deque<std::function<void()>> discarded;
    {
        // The change happens under the lock. Without it a thread that has looked,
        // but does not wait yet, would miss the notification and sleep for ever.
        const std::lock_guard lock(mutex_);  //@ 1..
        stopped_ = true;                     //@ ..1
        if (at_stop == AtStop::discard) discarded.swap(queue_);
    }
    work_or_stop_.notify_all();  //@ 2..
    room_or_stop_.notify_all();  //@ ..2
    // Before the joins: somebody may wait for these futures.
    discarded.clear();                      //@ 3
    for (std::thread& thread : threads_) {  //@ 4..
        assert(thread.get_id() != std::this_thread::get_id());
        if (thread.joinable()) thread.join();
    }  //@ ..4
}
//#endregion stop
//#endregion exercise-02

}  // namespace waymark::daemon
