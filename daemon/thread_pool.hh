// A fixed crew of threads that take work from one bounded queue, the oldest first. A thread for
// each piece of work would be as many threads as a client cares to ask for; an unbounded queue only
// moves that into memory. Here the caller waits for room (submit) or is refused (try_submit).
//
// What is thrown in a piece of work goes to whoever asked for it, through its future; it never ends
// the process. The threads block all signals, so that those go to the main thread. Not for work
// that waits for other work of the same pool: with all threads waiting, nobody does it.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace waymark::daemon {

// submit() on a pool that was stopped, possibly while it waited for room.
class ThreadPoolStopped : public std::runtime_error {
  public:
    ThreadPoolStopped() : std::runtime_error("the thread pool is stopped") {}
};

class ThreadPool {
  public:
    enum class AtStop {
        drain,    // what waits in the queue is still done
        discard,  // what waits is dropped: its futures throw std::future_error (broken_promise)
    };

    // `threads` and `queue_limit` are at least 1 (assert). Throws std::system_error if a thread
    // cannot be started; those already started are joined.
    ThreadPool(std::size_t threads, std::size_t queue_limit);
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;
    // Stops with drain: work that was accepted is done.
    ~ThreadPool();

    // Puts `work`, a function without arguments, into the queue, and waits for room if need be.
    // The future has its result or what it threw. Throws ThreadPoolStopped.
    template <typename Work>
    auto submit(Work&& work) {
        auto task = make_task(std::forward<Work>(work));
        auto result = task->get_future();
        if (!put([task] { (*task)(); }, true)) throw ThreadPoolStopped();
        return result;
    }

    // The same, but never waits: gives nothing if the queue is full or the pool is stopped.
    template <typename Work>
    auto try_submit(Work&& work) {
        auto task = make_task(std::forward<Work>(work));
        std::optional result = task->get_future();
        if (!put([task] { (*task)(); }, false)) result.reset();
        return result;
    }

    // Takes no more work and returns when every thread has ended. What is being done is finished.
    // A second call does nothing; two at the same time are our bug. Not to be called by work of
    // this pool, which would wait for itself (assert).
    void stop(AtStop at_stop);

  private:
    // Shared, because std::function copies and a packaged_task does not.
    template <typename Work>
    static auto make_task(Work&& work) {
        using Result = std::invoke_result_t<std::decay_t<Work>&>;
        return std::make_shared<std::packaged_task<Result()>>(std::forward<Work>(work));
    }

    bool put(std::function<void()> work, bool wait_for_room);
    std::optional<std::function<void()>> take();
    void work_until_stopped();

    std::mutex mutex_;  // guards queue_ and stopped_; never held while work is done
    std::condition_variable work_or_stop_;
    std::condition_variable room_or_stop_;
    std::deque<std::function<void()>> queue_;
    bool stopped_ = false;
    const std::size_t queue_limit_;
    std::vector<std::thread> threads_;
};

}  // namespace waymark::daemon
