#include "lessons/course/process_tree.hh"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string_view>

#include "daemon/error.hh"
#include "daemon/fd.hh"

namespace waymark::course {

namespace {

// A line of numbers, read one behind the other.
class Fields {
  public:
    explicit Fields(std::string_view text) : rest_(text) {}

    std::string_view next() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
        const std::string_view word = rest_.substr(0, rest_.find(' '));
        rest_.remove_prefix(word.size());
        return word;
    }
    // 0 if it is no number.
    long number() {
        const std::string_view word = next();
        long value = 0;
        std::from_chars(word.data(), word.data() + word.size(), value);
        return value;
    }
    void skip(int fields) {
        while (fields-- > 0) next();
    }

  private:
    std::string_view rest_;
};

// "pid (name) state parent group session ...": the name may hold spaces and parentheses. The
// numbers of the fields are those of proc(5).
std::optional<Process> parse_stat(pid_t pid, std::string_view text) {
    const std::size_t open = text.find('(');
    const std::size_t close = text.rfind(')');
    if (open == text.npos || close == text.npos || close < open) return std::nullopt;
    Process process{};
    process.pid = pid;
    process.name = text.substr(open + 1, close - open - 1);
    Fields fields(text.substr(close + 1));
    const std::string_view state = fields.next();
    if (state.empty()) return std::nullopt;
    process.state = state.front();
    process.parent = static_cast<pid_t>(fields.number());
    fields.skip(1);
    process.session = static_cast<pid_t>(fields.number());
    fields.skip(7);
    static const long ticks_a_second = ::sysconf(_SC_CLK_TCK);
    for (int time = 0; time < 4; ++time)  // utime, stime, and those of its children: 14 to 17
        process.processor_time +=
            std::chrono::milliseconds(fields.number() * 1000 / ticks_a_second);
    fields.skip(2);
    process.threads = static_cast<int>(fields.number());
    return fields.next().empty() ? std::nullopt : std::optional(process);  // cut off before
}

// Each look reads a file for each process of the machine, and the runner looks ten times a second:
// so without streams, and without memory for what is not told.
std::optional<Process> read_process(pid_t pid) {
    std::array<char, 32> path;
    *fmt::format_to_n(path.data(), path.size() - 1, "/proc/{}/stat", pid).out = '\0';
    const daemon::Fd file(::open(path.data(), O_RDONLY | O_CLOEXEC));
    if (!file) return std::nullopt;
    std::array<char, 1024> text;  // 52 fields of at most 20 digits, and those are few
    const ssize_t length = ::read(file.get(), text.data(), text.size());
    if (length <= 0) return std::nullopt;
    return parse_stat(pid, {text.data(), static_cast<std::size_t>(length)});
}

std::vector<Process> all_processes() {
    std::vector<Process> processes;
    const auto close = [](DIR* open) { ::closedir(open); };
    const std::unique_ptr<DIR, decltype(close)> folder(::opendir("/proc"), close);
    if (!folder) return processes;
    while (const dirent* const entry = ::readdir(folder.get())) {
        const std::string_view name = entry->d_name;
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error != std::errc() || end != name.data() + name.size()) continue;
        if (auto process = read_process(pid)) processes.push_back(std::move(*process));
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
