#include "lessons/course/process_tree.hh"

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <set>
#include <sstream>

#include "daemon/error.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

// "pid (name) state parent group session ...": the name may hold spaces and parentheses.
std::optional<Process> parse_stat(pid_t pid, const std::string& text) {
    const std::size_t open = text.find('(');
    const std::size_t close = text.rfind(')');
    if (open == text.npos || close == text.npos || close < open) return std::nullopt;
    Process process{};
    process.pid = pid;
    process.name = text.substr(open + 1, close - open - 1);
    std::istringstream rest(text.substr(close + 1));
    std::string skipped;
    rest >> process.state >> process.parent >> skipped >> process.session;
    const auto skip = [&](int fields) {
        while (fields-- > 0) rest >> skipped;
    };
    skip(7);  // proc(5): fields 7 to 13
    for (int time = 0; time < 4; ++time) {  // utime, stime, and those of its children
        long ticks = 0;
        rest >> ticks;
        process.processor_time += std::chrono::milliseconds(ticks * 1000 / ::sysconf(_SC_CLK_TCK));
    }
    skip(2);
    rest >> process.threads;
    return rest ? std::optional(process) : std::nullopt;
}

std::vector<Process> all_processes() {
    std::vector<Process> processes;
    std::error_code gone;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc", gone)) {
        const std::string name = entry.path().filename().string();
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error != std::errc() || end != name.data() + name.size()) continue;
        if (auto process = parse_stat(pid, first_line(entry.path() / "stat")))
            processes.push_back(std::move(*process));
    }
    return processes;
}

void collect_ended_children(const std::set<pid_t>& pids) {
    for (const pid_t pid : pids) ::waitpid(pid, nullptr, WNOHANG);
}

// Kills what `find` gives, until it gives nothing that lives.
bool end_all(const std::function<std::vector<Process>()>& find, daemon::Deadline deadline,
             bool collect) {
    constexpr int kPauseMilliseconds = 2;
    for (;;) {
        std::set<pid_t> zombies;
        bool some_live = false;
        for (const Process& process : find()) {
            if (process.zombie()) {
                if (process.parent == ::getpid()) zombies.insert(process.pid);
                continue;
            }
            some_live = true;
            ::kill(process.pid, SIGKILL);
        }
        if (collect) collect_ended_children(zombies);
        if (!some_live && (!collect || zombies.empty())) return true;
        if (deadline.expired()) return false;
        ::poll(nullptr, 0, some_live ? kPauseMilliseconds : 0);
    }
}

}  // namespace

std::string state_in_words(char state) {
    switch (state) {
        case 'R':
            return "runs";
        case 'S':
            return "sleeps";
        case 'D':
            return "waits for a device";
        case 'T':
            return "stopped";
        case 't':
            return "traced";
        case 'Z':
            return "zombie";
        case 'X':
            return "dead";
        case 'I':
            return "idle";
        default:
            return fmt::format("state {}", state);
    }
}

void become_subreaper() {
    daemon::check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl PR_SET_CHILD_SUBREAPER");
}

std::vector<Process> descendants_of(pid_t ancestor) {
    std::vector<Process> rest = all_processes();
    std::set<pid_t> family{ancestor};
    std::vector<Process> found;
    // A parent may have a higher number than its child, so one pass is not enough.
    for (bool grown = true; grown;) {
        grown = false;
        for (const Process& process : rest) {
            if (!family.contains(process.parent) || !family.insert(process.pid).second) continue;
            found.push_back(process);
            grown = true;
        }
    }
    return found;
}

std::chrono::milliseconds processor_time_of_descendants(pid_t ancestor) {
    std::chrono::milliseconds time{0};
    for (const Process& process : descendants_of(ancestor)) time += process.processor_time;
    return time;
}

bool end_descendants(daemon::Deadline deadline, pid_t keep) {
    const auto find = [keep] {
        std::set<pid_t> kept;
        if (keep != 0) {
            kept.insert(keep);
            for (const Process& process : descendants_of(keep)) kept.insert(process.pid);
        }
        std::vector<Process> found = descendants_of(::getpid());
        std::erase_if(found, [&](const Process& process) { return kept.contains(process.pid); });
        return found;
    };
    return end_all(find, deadline, true);
}

bool end_descendants_of(pid_t ancestor, daemon::Deadline deadline) {
    return end_all([ancestor] { return descendants_of(ancestor); }, deadline, false);
}

}  // namespace waymark::course
