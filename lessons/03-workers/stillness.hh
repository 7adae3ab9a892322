// Whether the workers still do anything. What has not come while each of their threads slept, and
// nothing woke one, will not come later: so nobody waits for it until a clock runs out. On a busy
// machine a thread that waits for a processor does not sleep.

#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "daemon/deadline.hh"
#include "lessons/course/check/processes.hh"

namespace workers_check {

// The thread sanitizer has a thread in each process that looks round ten times a second, with all
// signals blocked.
inline bool is_the_sanitizers(pid_t thread) {
    constexpr std::uint64_t kFaults = 0x4c8;  // SIGILL, SIGBUS, SIGFPE, SIGSEGV: nobody else does
    const std::string blocked = waymark::course::check::status_line(thread, "SigBlk");
    if ((std::strtoull(blocked.c_str(), nullptr, 16) & kFaults) != kFaults) return false;
    long call = -1;
    std::ifstream("/proc/" + std::to_string(thread) + "/syscall") >> call;
    return call == SYS_nanosleep || call == SYS_clock_nanosleep;
}

// How often each thread of the children has gone to sleep; nothing if one of them is awake.
inline std::optional<std::map<pid_t, long>> sleeps_if_asleep() {
    using namespace waymark::course::check;
    std::map<pid_t, long> sleeps;
    for (const pid_t child : children_of(::getpid())) {
        std::error_code gone;
        const std::string tasks = "/proc/" + std::to_string(child) + "/task";
        for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
            const pid_t thread = std::atoi(task.path().filename().c_str());
            const char state = process_state(thread);
            if (is_the_sanitizers(thread)) continue;
            if (state == 'R' || state == 'D') return std::nullopt;
            sleeps[thread] = std::atol(status_line(thread, "voluntary_ctxt_switches").c_str());
        }
    }
    return sleeps;
}

class Stillness {
  public:
    // To be asked again and again.
    bool lasts() {
        if (!next_look_.expired()) return false;
        next_look_ = waymark::daemon::Deadline::after(kLookEvery);
        auto sleeps = sleeps_if_asleep();
        if (!sleeps || sleeps != sleeps_) {
            sleeps_ = std::move(sleeps);
            enough_ = waymark::daemon::Deadline::after(kLong);
        }
        return enough_.expired();
    }

  private:
    static constexpr std::chrono::milliseconds kLookEvery{100};
    static constexpr std::chrono::milliseconds kLong{1000};

    std::optional<std::map<pid_t, long>> sleeps_;
    waymark::daemon::Deadline next_look_ = waymark::daemon::Deadline::after(kLookEvery);
    waymark::daemon::Deadline enough_ = waymark::daemon::Deadline::after(kLong);
};

}  // namespace workers_check
