// Coroutines. A Task is a function that can wait in the middle: `co_await` gives the thread back to
// the event loop and goes on here when there is something to go on with. A conversation with
// several waits in a row (read a head, read a body, wait for the disk, write the answer) stays one
// function that reads from top to bottom, where callbacks would cut it into pieces.
//
// A Task does nothing until it is awaited, and belongs to whoever holds it: destroying a suspended
// Task destroys its frame and, with it, everything its locals own. TaskGroup holds the ones that
// nobody awaits: one for each connection.
//
// A loop that awaits tasks which have nothing to wait for grows the stack where the compiler makes
// no tail calls (-O0, the sanitizers), and overflows it after some ten thousand turns. It must let
// the event loop have a turn from time to time, as reads and writes of a Stream do by themselves.
//
// With g++ 12: one co_await a statement, its result into a named variable; no capturing lambda,
// braced temporary or structured binding in that expression. The compiler destroys such temporaries
// twice.

#pragma once

#include <cassert>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

#include "net/frame_pool.hh"

namespace waymark::net {

template <class Result>
class Task;

namespace task_detail {

// What all promises share: who waits for the result, and what was thrown.
class PromiseBase {
  public:
    // The frame comes from a pool: a server makes one or more for each request.
    static void* operator new(std::size_t size) { return FramePool::take(size); }
    static void operator delete(void* frame, std::size_t size) { FramePool::give(frame, size); }

    std::suspend_always initial_suspend() const noexcept { return {}; }

    struct ResumeWaiting {
        bool await_ready() const noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
            const std::coroutine_handle<> waiting = self.promise().waiting_;
            return waiting ? waiting : std::noop_coroutine();
        }
        void await_resume() const noexcept {}
    };
    ResumeWaiting final_suspend() const noexcept { return {}; }

    void unhandled_exception() noexcept { thrown_ = std::current_exception(); }

  protected:
    template <class Result>
    friend class net::Task;

    void rethrow() const {
        if (thrown_) std::rethrow_exception(thrown_);
    }

    std::coroutine_handle<> waiting_;
    std::exception_ptr thrown_;
};

template <class Result>
class Promise : public PromiseBase {
  public:
    Task<Result> get_return_object();
    template <class Value>
    void return_value(Value&& value) {
        result_.emplace(std::forward<Value>(value));
    }
    Result take() {
        rethrow();
        return std::move(*result_);
    }

  private:
    std::optional<Result> result_;
};

template <>
class Promise<void> : public PromiseBase {
  public:
    Task<void> get_return_object();
    void return_void() const noexcept {}
    void take() const { rethrow(); }
};

}  // namespace task_detail

template <class Result = void>
class [[nodiscard]] Task {
  public:
    using promise_type = task_detail::Promise<Result>;

    explicit Task(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}
    Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (coroutine_) coroutine_.destroy();
    }

    // Awaiting starts the task; the awaiting coroutine goes on, with the result or with what was
    // thrown, when it has ended.
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
        coroutine_.promise().waiting_ = waiting;
        return coroutine_;
    }
    Result await_resume() { return coroutine_.promise().take(); }

  private:
    std::coroutine_handle<promise_type> coroutine_;
};

namespace task_detail {

template <class Result>
Task<Result> Promise<Result>::get_return_object() {
    return Task<Result>(std::coroutine_handle<Promise<Result>>::from_promise(*this));
}

inline Task<void> Promise<void>::get_return_object() {
    return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

}  // namespace task_detail

}  // namespace waymark::net
