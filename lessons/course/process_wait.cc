// The part of process_tree.hh that says what a process waits for, and whether it does.

#include <fmt/core.h>
#include <signal.h>
#include <sys/syscall.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "lessons/course/process_tree.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

struct NamedCall {
    long number;
    const char* name;
    bool takes_descriptor;  // as its first argument
};

// What programs of the course wait in. Numbers differ between architectures, the macros do not.
constexpr std::array kCalls = {
    NamedCall{SYS_read, "read", true},
    NamedCall{SYS_write, "write", true},
    NamedCall{SYS_readv, "readv", true},
    NamedCall{SYS_writev, "writev", true},
    NamedCall{SYS_recvfrom, "recv", true},
    NamedCall{SYS_recvmsg, "recvmsg", true},
    NamedCall{SYS_sendto, "send", true},
    NamedCall{SYS_sendmsg, "sendmsg", true},
    NamedCall{SYS_accept, "accept", true},
    NamedCall{SYS_accept4, "accept4", true},
    NamedCall{SYS_connect, "connect", true},
    NamedCall{SYS_flock, "flock", true},
    NamedCall{SYS_fcntl, "fcntl", true},
    NamedCall{SYS_fdatasync, "fdatasync", true},
    NamedCall{SYS_fsync, "fsync", true},
    NamedCall{SYS_epoll_pwait, "epoll_wait", true},
    NamedCall{SYS_ppoll, "ppoll", false},
    NamedCall{SYS_pselect6, "select", false},
#ifdef SYS_poll  // older architectures have both
    NamedCall{SYS_poll, "poll", false},
    NamedCall{SYS_select, "select", false},
    NamedCall{SYS_epoll_wait, "epoll_wait", true},
    NamedCall{SYS_pause, "pause", false},
#endif
    NamedCall{SYS_wait4, "waitpid", false},
    NamedCall{SYS_waitid, "waitid", false},
    NamedCall{SYS_futex, "a lock or condition variable (futex)", false},
    NamedCall{SYS_nanosleep, "sleep", false},
    NamedCall{SYS_clock_nanosleep, "sleep", false},
    NamedCall{SYS_rt_sigtimedwait, "sigwait", false},
    NamedCall{SYS_rt_sigsuspend, "sigsuspend", false},
};

std::string descriptor_in_words(pid_t pid, const std::string& argument) {
    const long number = std::strtol(argument.c_str(), nullptr, 16);
    std::error_code gone;
    const fs::path target = fs::read_symlink(fmt::format("/proc/{}/fd/{}", pid, number), gone);
    return gone ? fmt::format("descriptor {}", number)
                : fmt::format("descriptor {}, {}", number, target.string());
}

struct ThreadState {
    char letter = 'Z';
    std::uint64_t switches = 0;
    std::uint64_t blocked = 0;  // signals, a bit each
    std::uint64_t caught = 0;
};

ThreadState read_thread(const fs::path& folder) {
    ThreadState thread;
    std::ifstream file(folder / "status");
    for (std::string word; file >> word;) {
        if (word == "State:") file >> thread.letter;
        if (word == "SigBlk:") file >> std::hex >> thread.blocked >> std::dec;
        if (word == "SigCgt:") file >> std::hex >> thread.caught >> std::dec;
        std::uint64_t count = 0;
        if (word.ends_with("voluntary_ctxt_switches:") && file >> count) thread.switches += count;
    }
    return thread;
}

std::uint64_t bit_of(int signal) {
    return std::uint64_t{1} << (signal - 1);
}

// The thread sanitizer's own thread looks round ten times a second, with all signals blocked.
bool is_the_sanitizers(const ThreadState& thread, const fs::path& folder) {
    const std::uint64_t never_blocked = bit_of(SIGKILL) | bit_of(SIGSTOP);
    constexpr std::uint64_t kOrdinary = 0x7fffffff;  // 1 to 31
    if (((thread.blocked | never_blocked) & kOrdinary) != kOrdinary) return false;
    long number = -1;
    std::ifstream(folder / "syscall") >> number;
    return number == SYS_nanosleep || number == SYS_clock_nanosleep;
}

}  // namespace

std::optional<std::map<pid_t, std::uint64_t>> context_switches_if_asleep(pid_t ancestor) {
    std::map<pid_t, std::uint64_t> threads;
    std::error_code gone;
    for (const Process& process : descendants_of(ancestor)) {
        const fs::path tasks = fmt::format("/proc/{}/task", process.pid);
        for (const fs::directory_entry& task : fs::directory_iterator(tasks, gone)) {
            const ThreadState thread = read_thread(task.path());
            if (is_the_sanitizers(thread, task.path())) continue;
            if (thread.letter == 'R' || thread.letter == 'D') return std::nullopt;
            threads[std::atoi(task.path().filename().c_str())] = thread.switches;
        }
    }
    return threads;
}

// /proc/PID/syscall: the number and six arguments, or "running", or nothing when it may not be
// read.
std::string describe_wait(pid_t pid) {
    const char letter = read_thread(fmt::format("/proc/{}", pid)).letter;
    if (letter == 'T') return "is stopped";
    if (letter == 't') return "is held still by its tracer (ptrace)";
    std::ifstream file(fmt::format("/proc/{}/syscall", pid));
    std::string number;
    std::string first_argument;
    if (!(file >> number) || number == "running")
        return number.empty() ? "waits" : "runs and does not wait";
    file >> first_argument;
    for (const NamedCall& call : kCalls) {
        if (std::to_string(call.number) != number) continue;
        if (!call.takes_descriptor) return fmt::format("waits in {}", call.name);
        return fmt::format("waits in {} on {}", call.name,
                           descriptor_in_words(pid, first_argument));
    }
    return fmt::format("waits in system call {}", number);
}

std::vector<Thread> threads_of(pid_t process) {
    std::vector<Thread> threads;
    std::error_code gone;
    const fs::path tasks = fmt::format("/proc/{}/task", process);
    for (const fs::directory_entry& task : fs::directory_iterator(tasks, gone)) {
        if (is_the_sanitizers(read_thread(task.path()), task.path())) continue;
        Thread thread{process, std::atoi(task.path().filename().c_str()), {}};
        std::ifstream file(task.path() / "comm");
        std::getline(file, thread.name);
        threads.push_back(std::move(thread));
    }
    return threads;
}

bool answers_signal(pid_t thread, int signal) {
    const ThreadState state = read_thread(fmt::format("/proc/{}", thread));
    return state.letter != 'T' && (state.caught & bit_of(signal)) != 0 &&
           (state.blocked & bit_of(signal)) == 0;
}

}  // namespace waymark::course
