#include "lessons/course/check/threads.hh"

#include <linux/futex.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <exception>
#include <filesystem>
#include <string>
#include <utility>

#include "lessons/course/check/activity.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"

namespace waymark::course::check {

void ThreadGate::open() {
    open_.store(1, std::memory_order_relaxed);
    ::syscall(SYS_futex, &open_, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

void ThreadGate::wait() const {
    while (!is_open()) ::syscall(SYS_futex, &open_, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
}

std::set<pid_t> threads_now() {
    std::set<pid_t> ids;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task"))
        ids.insert(std::stoi(entry.path().filename().string()));
    return ids;
}

bool asleep(pid_t thread) {
    constexpr int kLooks = 3;
    for (int look = 0; look < kLooks; ++look) {
        if (look > 0) ::poll(nullptr, 0, 1);
        if (thread == 0 || process_state(thread) != 'S') return false;
    }
    return true;
}

Caller::Caller(std::function<void()> body)
    : thread_([this, body = std::move(body)] {
          id_.store(::gettid(), std::memory_order_relaxed);
          body();
          returned_.open();
      }) {}

Caller::~Caller() {
    const EndIfFailed end;
    if (std::uncaught_exceptions() == 0) join();
}

void Caller::wait_until_settled() const {
    settles([this] { return returned() || asleep(id_.load(std::memory_order_relaxed)); });
}

void Caller::join() {
    if (thread_.joinable()) thread_.join();
}

EndIfFailed::~EndIfFailed() {
    constexpr int kFailed = 1;
    // By number: exit functions of the sanitizers would report the threads that still run.
    if (std::uncaught_exceptions() > 0) ::syscall(SYS_exit_group, kFailed);
}

}  // namespace waymark::course::check
