// source: daemon/thread_pool.cc
// misconception: last in, first out
// says: last in, first out

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

bool ThreadPool::put(std::function<void()> work, bool wait_for_room) {
    {
        std::unique_lock lock(mutex_);
        // `while`, not `if`: a wait may end without reason, and another caller may have taken the
        // room between the wake-up and the lock.
        while (wait_for_room && !stopped_ && queue_.size() >= queue_limit_)
            room_or_stop_.wait(lock);
        if (stopped_ || queue_.size() >= queue_limit_) return false;
        queue_.push_front(std::move(work));
    }
    work_or_stop_.notify_one();
    return true;
}

// The next piece of work; nothing when the pool is stopped and the queue empty.
std::optional<std::function<void()>> ThreadPool::take() {
    std::optional<std::function<void()>> work;
    {
        std::unique_lock lock(mutex_);
        while (!stopped_ && queue_.empty()) work_or_stop_.wait(lock);
        if (queue_.empty()) return work;
        work = std::move(queue_.front());
        queue_.pop_front();
    }
    room_or_stop_.notify_one();
    return work;
}

void ThreadPool::work_until_stopped() {
    // The packaged_task inside keeps what is thrown for its future. The piece of work is destroyed
    // here, without the lock: its destructors are somebody else's code.
    while (std::optional<std::function<void()>> work = take()) (*work)();
}

void ThreadPool::stop(AtStop at_stop) {
    std::deque<std::function<void()>> discarded;
    {
        // The change happens under the lock. Without it a thread that has looked, but does not wait
        // yet, would miss the notification and sleep for ever.
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        if (at_stop == AtStop::discard) discarded.swap(queue_);
    }
    work_or_stop_.notify_all();
    room_or_stop_.notify_all();
    discarded.clear();  // before the joins: somebody may wait for these futures
    for (std::thread& thread : threads_) {
        assert(thread.get_id() != std::this_thread::get_id());
        if (thread.joinable()) thread.join();
    }
}
