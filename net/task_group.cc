#include "net/task_group.hh"

#include <utility>

namespace waymark::net {

// The outermost coroutine of each task: it awaits the task, and is destroyed by itself when that is
// done. All roots of a group form a list, so that the group can destroy the ones that wait.
struct TaskGroup::RootPromise {
    // The parameters of the coroutine are handed to its promise, so it knows its group at once.
    RootPromise(TaskGroup& owner, Task<void>&) : group(owner) { group.add(*this); }
    ~RootPromise() { group.ended(*this); }

    static void* operator new(std::size_t size) { return FramePool::take(size); }
    static void operator delete(void* frame, std::size_t size) { FramePool::give(frame, size); }

    Root get_return_object();
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }

    TaskGroup& group;
    RootPromise* previous = nullptr;
    RootPromise* next = nullptr;
};

struct TaskGroup::Root {
    using promise_type = RootPromise;
};

TaskGroup::Root TaskGroup::RootPromise::get_return_object() {
    return {};
}

TaskGroup::TaskGroup(std::function<void(std::exception_ptr)> on_error)
    : on_error_(std::move(on_error)) {}

TaskGroup::~TaskGroup() {
    when_empty_ = {};
    destroy_all();
}

void TaskGroup::destroy_all() {
    while (first_ != nullptr) std::coroutine_handle<RootPromise>::from_promise(*first_).destroy();
}

void TaskGroup::start(Task<void> task) {
    run(std::move(task));
}

TaskGroup::Root TaskGroup::run(Task<void> task) {
    // A local is gone before the promise says that the task has ended; a parameter goes after it,
    // and with it what the task owns.
    Task<void> own = std::move(task);
    try {
        co_await own;
    } catch (...) {
        heard(std::current_exception());
    }
}

void TaskGroup::add(RootPromise& root) {
    root.next = first_;
    if (first_ != nullptr) first_->previous = &root;
    first_ = &root;
    ++size_;
}

void TaskGroup::ended(RootPromise& root) {
    (root.previous != nullptr ? root.previous->next : first_) = root.next;
    if (root.next != nullptr) root.next->previous = root.previous;
    --size_;
    if (size_ == 0 && when_empty_) when_empty_();
}

void TaskGroup::heard(std::exception_ptr error) const {
    if (!on_error_) std::terminate();
    on_error_(error);
}

}  // namespace waymark::net
