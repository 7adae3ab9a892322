#include "lessons/course/check/processes.hh"
#include "lessons/course/check/real_call.hh"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/error.hh"

namespace waymark::course::check {

Gate::Gate() : pipe_(daemon::make_pipe()) {}

void Gate::open() {
    pipe_.reading.reset();
    const char byte = 1;
    // By number: the faults of the case are for the learner's calls.
    if (::syscall(SYS_write, pipe_.writing.get(), &byte, 1) == -1) return;
    pipe_.writing.reset();
}

bool Gate::wait() {
    pipe_.writing.reset();
    char byte = 0;
    long count = -1;
    while ((count = ::syscall(SYS_read, pipe_.reading.get(), &byte, 1)) == -1 && errno == EINTR) {
    }
    pipe_.reading.reset();
    return count == 1;
}

void Gate::forget_opening() {
    pipe_.writing.reset();
}

char process_state(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(file, text);
    // The name stands in parentheses and may hold some of its own.
    const std::size_t end_of_name = text.rfind(')');
    return end_of_name == text.npos || end_of_name + 2 >= text.size() ? '\0'
                                                                      : text[end_of_name + 2];
}

bool is_zombie(pid_t pid) {
    return process_state(pid) == 'Z';
}

bool wait_until_ended(pid_t pid) {
    constexpr timespec kLimit{10, 0};
    const daemon::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!process) return true;
    pollfd ended{process.get(), POLLIN, 0};
    long count = -1;
    while ((count = ::syscall(SYS_ppoll, &ended, 1, &kLimit, nullptr, 0)) == -1 && errno == EINTR) {
    }
    return count == 1;
}

std::string status_line(pid_t pid, std::string_view name) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(name) || line[name.size()] != ':') continue;
        const std::size_t start = line.find_first_not_of(" \t", name.size() + 1);
        return start == line.npos ? std::string() : line.substr(start);
    }
    return {};
}

// By the parent that each process names: /proc/PID/task/TID/children is not in every kernel.
std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> pids;
    std::error_code gone;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", gone)) {
        const pid_t pid = std::atoi(entry.path().filename().c_str());
        if (pid > 0 && std::atoi(status_line(pid, "PPid").c_str()) == parent) pids.push_back(pid);
    }
    return pids;
}

int in_a_process(const std::function<int()>& body) {
    // The C library's own: the faults of the case are for the learner's forks.
    auto* const fork_for_real = real_call<pid_t()>("fork");
    const pid_t pid = daemon::check(fork_for_real(), "fork");
    if (pid == 0) ::_exit(body());
    int status = 0;
    while (::syscall(SYS_wait4, pid, &status, 0, nullptr) == -1 && errno == EINTR) {
    }
    return status;
}

}  // namespace waymark::course::check
