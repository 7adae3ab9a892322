// source: daemon/thread_pool.cc
// misconception: a thread per event
// says: a thread per event

ThreadPool::ThreadPool(std::size_t, std::size_t queue_limit) : queue_limit_(queue_limit) {}

ThreadPool::~ThreadPool() {
    stop(AtStop::drain);
}

bool ThreadPool::put(std::function<void()> work, bool) {
    const std::lock_guard lock(mutex_);
    if (stopped_) return false;
    threads_.emplace_back(std::move(work));  // nobody has to wait
    return true;
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
