// Work that must not be done on the loop's thread, awaited by a coroutine that lives there: a read
// of a database or of a disk holds its thread for as long as it takes, and the loop's thread has
// thousands of others to serve.
//
//     PoolCall call(loop, pool, [=] { return read_it(path); });
//     const std::optional<Content> content = co_await call;
//     if (!content) co_return busy();  // the pool's queue is full
//
// The work runs on a thread of the pool (daemon/thread_pool), the coroutine goes on in a later
// round of the loop. What the work throws is thrown to the coroutine. A coroutine that is destroyed
// while it waits leaves the work to its end, whose result nobody takes: so the work must own, or
// share, all that it touches, and must not refer to the coroutine's locals.

#pragma once

#include <chrono>
#include <coroutine>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "daemon/thread_pool.hh"
#include "net/event_loop.hh"

namespace waymark::net {

template <class Work>
class [[nodiscard]] PoolCall {
  public:
    using Result = std::invoke_result_t<Work&>;
    static_assert(!std::is_void_v<Result>, "give back something, so that a full pool can be told");

    // The loop must outlive the pool, whose threads tell it when they are done. Awaited at most
    // once.
    PoolCall(EventLoop& loop, daemon::ThreadPool& pool, Work work)
        : loop_(loop), pool_(pool), shared_(std::make_shared<Shared>(std::move(work))) {}
    PoolCall(const PoolCall&) = delete;
    PoolCall& operator=(const PoolCall&) = delete;
    ~PoolCall() { shared_->waiting = nullptr; }

    bool await_ready() const { return false; }

    // False, and the coroutine goes on at once, if the pool refuses.
    bool await_suspend(std::coroutine_handle<> coroutine) {
        resumable_.coroutine = coroutine;
        shared_->waiting = this;
        shared_->is_offered = true;
        const auto accepted = pool_.try_submit(
            [ending = std::make_shared<Ending>(shared_, loop_)] { ending->shared->run(); });
        shared_->is_offered = false;
        return accepted.has_value();
    }

    // Nothing if the pool was full or stopped, or is stopped before the turn of the work comes.
    std::optional<Result> await_resume() {
        // Moved out, so that the exception is destroyed here and not by the pool's thread, which
        // may still hold what is shared.
        if (shared_->thrown) std::rethrow_exception(std::exchange(shared_->thrown, nullptr));
        return std::move(shared_->result);
    }

  private:
    // What both threads see, one after the other: the pool's thread until it posts, the loop's
    // thread from then on. `waiting` and `is_offered` are the loop's thread's alone.
    struct Shared {
        explicit Shared(Work its_work) : work(std::move(its_work)) {}

        void run() noexcept {
            try {
                result.emplace((*work)());
            } catch (...) {
                thrown = std::current_exception();
            }
            work.reset();
        }
        void tell() {
            if (waiting != nullptr) waiting->loop_.schedule(waiting->resumable_);
        }

        std::optional<Work> work;
        std::optional<Result> result;
        std::exception_ptr thrown;
        PoolCall* waiting = nullptr;
        bool is_offered = false;  // the pool is being asked to take it
    };

    // Lives in what the pool was given, and dies with it: after the work, or when a pool that stops
    // drops what waits. Either way somebody has to tell the coroutine. One that the pool refuses
    // dies at once, under the eyes of who offered it, and is told by that.
    struct Ending {
        Ending(std::shared_ptr<Shared> its_shared, EventLoop& its_loop)
            : shared(std::move(its_shared)), loop(its_loop) {}
        Ending(const Ending&) = delete;
        Ending& operator=(const Ending&) = delete;
        ~Ending() {
            const bool refused = std::this_thread::get_id() == offered_by && shared->is_offered;
            if (!refused) tell_later(shared, loop);
        }

        std::shared_ptr<Shared> shared;
        EventLoop& loop;
        std::thread::id offered_by = std::this_thread::get_id();
    };

    // Nobody else would wake the coroutine: without memory to tell it, the thread waits until there
    // is some, and a pool that is stopped waits for the thread.
    static void tell_later(const std::shared_ptr<Shared>& shared, EventLoop& loop) {
        for (;;) {
            try {
                return loop.post([shared] { shared->tell(); });
            } catch (const std::bad_alloc&) {
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
            }
        }
    }

    EventLoop& loop_;
    daemon::ThreadPool& pool_;
    std::shared_ptr<Shared> shared_;
    EventLoop::Resumable resumable_;
};

}  // namespace waymark::net
