// What the threads of the workers wait for, as it looks from outside.

#pragma once

#include <fmt/core.h>
#include <sys/syscall.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "daemon/worker_pool.hh"
#include "stillness.hh"

namespace workers_check {

using waymark::daemon::WorkerPool;

// Threads of this or of another process that sleep in poll(2) or one of its like. /proc has the
// number of the call that a thread is in (proc(5)).
inline int polling(const std::vector<pid_t>& threads) {
    static const std::set<std::string> calls = [] {
        std::set<std::string> numbers;
        for (const long number : {
#ifdef SYS_poll  // newer architectures have those with a mask alone
                 SYS_poll, SYS_select, SYS_epoll_wait,
#endif
                 SYS_ppoll, SYS_pselect6, SYS_epoll_pwait})
            numbers.insert(std::to_string(number));
        return numbers;
    }();
    return static_cast<int>(std::ranges::count_if(threads, [](pid_t thread) {
        std::string number;
        std::ifstream(fmt::format("/proc/{}/syscall", thread)) >> number;
        return calls.contains(number);
    }));
}

inline std::vector<pid_t> threads_of(pid_t process) {
    std::vector<pid_t> threads;
    for (const auto& entry :
         std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process)))
        threads.push_back(std::stoi(entry.path().filename().string()));
    return threads;
}

inline std::vector<pid_t> threads_of(const WorkerPool& pool) {
    std::vector<pid_t> threads;
    for (const pid_t worker : pool.pids())
        std::ranges::copy(threads_of(worker), std::back_inserter(threads));
    return threads;
}

// All of them wait for a lock, or for a thread of theirs: somebody keeps the one and goes on.
inline bool all_at_locks(const std::vector<pid_t>& threads) {
    return !threads.empty() && std::ranges::all_of(threads, [](pid_t thread) {
        long number = -1;
        std::ifstream(fmt::format("/proc/{}/syscall", thread)) >> number;
        return number == SYS_futex || is_the_sanitizers(thread);
    });
}

}  // namespace workers_check
