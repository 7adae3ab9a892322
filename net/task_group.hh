// Holds tasks that nobody awaits: a server's connections, one task each. A task leaves the group by
// ending; the group's end destroys those that have not, with all that they own (sockets, slots,
// buffers), so nothing outlives the server it belongs to.

#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

#include "net/task.hh"

namespace waymark::net {

class TaskGroup {
  public:
    // `on_error` hears what a task threw, and must not throw; the other tasks go on. Without it
    // such an exception ends the program (std::terminate), as it would at the top of a thread.
    explicit TaskGroup(std::function<void(std::exception_ptr)> on_error = {});
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    // Destroys the tasks that are still there. Not to be called from one of them.
    ~TaskGroup();

    // Starts the task at once; it runs until its first wait before this returns.
    void start(Task<void> task);

    // Destroys all tasks, each where it waits, with all that they own. Not to be called from one of
    // them.
    void destroy_all();

    std::size_t size() const { return size_; }

    // Called each time the last task has ended and all that it owned is gone. Only one handler; an
    // empty function takes it back, but not out of itself. Must neither throw nor destroy the
    // group.
    void when_empty(std::function<void()> handler) { when_empty_ = std::move(handler); }

  private:
    struct Root;
    struct RootPromise;

    Root run(Task<void> task);
    void add(RootPromise& root);
    void ended(RootPromise& root);
    void heard(std::exception_ptr error) const;

    std::function<void(std::exception_ptr)> on_error_;
    std::function<void()> when_empty_;
    RootPromise* first_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace waymark::net
