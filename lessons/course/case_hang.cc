#include "lessons/course/case_hang.hh"

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "daemon/deadline.hh"
#include "lessons/course/agreed.hh"
#include "lessons/course/finding.hh"
#include "lessons/course/process_tree.hh"
#include "lessons/course/stack_names.hh"

namespace waymark::course {

namespace {

using daemon::Deadline;

constexpr std::chrono::milliseconds kForOne{2000};  // on a busy machine
constexpr std::chrono::milliseconds kForAll{3000};
constexpr std::size_t kMostThreads = 20;

// What the thread prints when it is asked, between its marks; empty if it does not answer.
std::string stack_of(const Thread& thread, const std::function<std::string()>& read_on,
                     Deadline deadline) {
    constexpr int kPauseMilliseconds = 5;
    if (!answers_signal(thread.id, stack_signal())) return {};
    ::syscall(SYS_tgkill, thread.process, thread.id, stack_signal());
    for (;;) {
        const std::string printed = read_on();
        const std::size_t begin = printed.rfind(stack_begin(thread.id));
        const std::size_t end =
            begin == printed.npos ? printed.npos : printed.find(kStackEnd, begin);
        if (end != printed.npos) return printed.substr(begin, end - begin);
        if (deadline.expired()) return {};
        ::poll(nullptr, 0, kPauseMilliseconds);
    }
}

std::string line_about(const Process& process, const Thread& thread, bool alone) {
    const std::string who =
        alone ? fmt::format("process {} ({})", process.pid, process.name)
              : fmt::format("thread {} ({}) of process {}", thread.id, thread.name, process.pid);
    return fmt::format("{} {}", who, describe_wait(thread.id));
}

}  // namespace

std::vector<Waiting> what_they_wait_for(pid_t keeper, const std::function<std::string()>& read_on) {
    std::vector<Waiting> lines;
    const Deadline enough = Deadline::after(kForAll);
    for (const Process& process : descendants_of(::getpid())) {
        if (process.pid == keeper) continue;
        if (process.zombie()) {
            lines.push_back(
                {fmt::format("process {} ({}) is a zombie", process.pid, process.name), {}});
            continue;
        }
        const std::vector<Thread> threads = threads_of(process.pid);
        for (const Thread& thread : threads) {
            if (lines.size() == kMostThreads) return lines;
            std::string line = line_about(process, thread, threads.size() == 1);
            lines.push_back(
                {std::move(line),
                 stack_of(thread, read_on, std::min(enough, Deadline::after(kForOne)))});
        }
    }
    return lines;
}

std::vector<std::string> in_words(const std::vector<Waiting>& waiting,
                                  const std::filesystem::path& program,
                                  const std::string& learners_folder) {
    std::vector<std::string> lines;
    for (const auto& [line, stack] : waiting) {
        const std::string place = learners_line(with_names(stack, program), learners_folder);
        lines.push_back(place.empty() ? line : fmt::format("{}; your line: {}", line, place));
    }
    return lines;
}

std::string without_stacks(const std::string& printed) {
    std::string rest = printed;
    for (std::size_t begin; (begin = rest.find(kStackMark)) != rest.npos;) {
        const std::size_t end = rest.find(kStackEnd, begin);
        rest.erase(begin, end == rest.npos ? rest.npos : end + kStackEnd.size() - begin);
    }
    return rest;
}

}  // namespace waymark::course
