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

// How many of these threads, of this or of another process, are in one of these calls. /proc has
// the number of it (proc(5)).
inline int in_one_of(const std::set<long>& calls, const std::vector<pid_t>& threads) {
    return static_cast<int>(std::ranges::count_if(threads, [&](pid_t thread) {
        long number = -1;  // "running" is none
        return std::ifstream(fmt::format("/proc/{}/syscall", thread)) >> number &&
               calls.contains(number);
    }));
}

#ifdef SYS_poll  // newer architectures have those with a mask alone
inline const std::set<long> kSelects{SYS_select, SYS_pselect6};
inline const std::set<long> kPolls{SYS_poll, SYS_ppoll, SYS_epoll_wait, SYS_epoll_pwait};
#else
inline const std::set<long> kSelects{SYS_pselect6};
inline const std::set<long> kPolls{SYS_ppoll, SYS_epoll_pwait};
#endif

// Those that sleep in select(2), and in poll(2) or one of its like.
inline int selecting(const std::vector<pid_t>& threads) {
    return in_one_of(kSelects, threads);
}
inline int polling(const std::vector<pid_t>& threads) {
    return in_one_of(kPolls, threads) + selecting(threads);
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
