// What you have: mutex_, two conditions, queue_, stopped_, queue_limit_ and threads_, declared at
// the end of daemon/thread_pool.hh. Its top says what a caller is promised; submit() and
// try_submit() are written there and call put(). What you write here is what stands behind them.
//
// Every function below does nothing yet, so that the file compiles and the check can begin.

// Write this: keep `queue_limit` and start `threads` threads, each of which runs
// work_until_stopped(); both numbers are at least 1 (assert). The threads block all signals; they
// inherit the mask of the thread that starts them, and SignalMask::all() (daemon/signals.hh) sets it
// until the end of its scope. If a thread cannot be started std::thread throws: end those that run,
// and let the exception go on, whatever it is.
ThreadPool::ThreadPool(std::size_t, std::size_t queue_limit) : queue_limit_(queue_limit) {}

// Write this: do what was accepted, and end every thread.
ThreadPool::~ThreadPool() {}

// Write this: put `work` into the queue and wake a thread for it; true. If the queue is full, wait
// for room (`wait_for_room`), or give false at once. If the pool is stopped, or is stopped while
// this waits: false.
bool ThreadPool::put(std::function<void()>, bool) {
    return false;
}

// Write this: wait until there is a piece of work, take the oldest out of the queue and wake a caller
// who waits for room. Nothing (std::nullopt) if the pool is stopped and the queue is empty.
std::optional<std::function<void()>> ThreadPool::take() {
    return std::nullopt;
}

// Write this: what each thread does. Take pieces and do them until take() has nothing. The lock is
// not held while a piece is done, nor while it is destroyed.
void ThreadPool::work_until_stopped() {}

// Write this: from now on no work is taken. With AtStop::discard the queue is emptied (destroy what
// was in it without the lock; that tells the futures). Wake everybody who waits, and join every
// thread. A second call does nothing. None of these threads is the one that calls (assert).
void ThreadPool::stop(AtStop) {}
