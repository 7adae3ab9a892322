#include "lessons/course/case_run.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <map>
#include <optional>
#include <sstream>

#include "daemon/error.hh"
#include "lessons/course/case_cause.hh"
#include "lessons/course/case_hang.hh"
#include "lessons/course/case_keeper.hh"
#include "lessons/course/case_left.hh"
#include "lessons/course/case_story.hh"
#include "lessons/course/child_process.hh"
#include "lessons/course/process_tree.hh"
#include "lessons/course/program.hh"
#include "lessons/course/scratch_folder.hh"
#include "lessons/course/stack_names.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;
using daemon::Deadline;
using daemon::Fd;
using daemon::Pipe;

constexpr std::chrono::milliseconds kLookEvery{100};
constexpr std::chrono::milliseconds kStill{1200};
constexpr std::size_t kMostPrinted = 64U * 1024;
constexpr std::chrono::seconds kEnough{10};

// What the case speaks over, and what it prints into.
struct Line {
    explicit Line(const CaseWords& words) {
        const std::string both = words.first + words.last;
        daemon::check(::send(result.first.get(), both.data(), both.size(), MSG_NOSIGNAL), "send");
    }
    daemon::SocketPair result = daemon::make_socket_pair(SOCK_STREAM);
    Pipe printed = daemon::make_pipe();
};

// The case runs as the same user. So that it cannot reach into this process instead of passing
// (ptrace(2), /proc/PID/mem): this one is closed to all but root, and root's case gives away the
// capability that would open it.
void keep_out() {
    daemon::check(::prctl(PR_SET_DUMPABLE, 0), "prctl PR_SET_DUMPABLE");
}

void give_away_ptrace() {
    if (::geteuid() == 0) ::prctl(PR_CAPBSET_DROP, CAP_SYS_PTRACE);
}

void limit_to(int resource, rlim_t most) {
    const rlimit limit{most, most};
    ::setrlimit(static_cast<__rlimit_resource>(resource),
                &limit);  // what stands lower already is fine
}

// As on most machines, so that a verdict is the same on all: a case that wants more asks for it.
void allow_the_usual_descriptors() {
    constexpr rlim_t kUsual = 1024;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min(limit.rlim_max, kUsual);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void set_environment(const fs::path& folder, int result) {
    ::setenv("TMPDIR", folder.c_str(), 1);
    ::setenv("WAYMARK_RESULT_FD", std::to_string(result).c_str(), 1);
    // What was freed is overwritten: the C++ library itself is not instrumented, and a loop that
    // steps on from an erased element would go well. Names are given afterwards (stack_names.hh).
    ::setenv("ASAN_OPTIONS",
             "detect_leaks=1:detect_stack_use_after_return=1:handle_abort=0:"
             "max_free_fill_size=4096:free_fill_byte=85:symbolize=0",
             1);
    ::setenv("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1", 1);
    ::setenv("TSAN_OPTIONS", "halt_on_error=1:second_deadlock_stack=1:atexit_sleep_ms=50", 1);
}

int become_the_case(const CaseRun& run, const Line& line, const fs::path& folder) {
    constexpr rlim_t kMostFile = 64U * 1024 * 1024;
    constexpr rlim_t kMostSeconds = 60;
    daemon::check(::setsid(), "setsid");
    const Fd null(daemon::check(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open", "/dev/null"));
    daemon::check(::dup2(null.get(), STDIN_FILENO), "dup2");
    daemon::check(::dup2(line.printed.writing.get(), STDOUT_FILENO), "dup2");
    daemon::check(::dup2(line.printed.writing.get(), STDERR_FILENO), "dup2");
    const int result =
        daemon::check(::fcntl(line.result.second.get(), F_DUPFD, 3), "fcntl F_DUPFD");
    set_environment(folder, result);
    give_away_ptrace();
    limit_to(RLIMIT_CORE, 0);
    limit_to(RLIMIT_FSIZE, kMostFile);
    limit_to(RLIMIT_CPU, kMostSeconds);
    allow_the_usual_descriptors();
    daemon::check(::chdir(folder.c_str()), "chdir", folder.string());
    ::execl(run.program.c_str(), run.program.c_str(), run.name.c_str(), nullptr);
    daemon::fail(errno, "exec", run.program.string());
}

// Reads what is there; false at the end of file.
bool read_some(const Fd& fd, std::string& text) {
    std::array<char, 16384> bytes;
    for (;;) {
        const ssize_t count = ::read(fd.get(), bytes.data(), bytes.size());
        if (count == -1 && errno == EINTR) continue;
        if (count == -1) return errno == EAGAIN;
        if (count == 0) return false;
        text.append(bytes.data(), static_cast<std::size_t>(count));
    }
}

// Tells that nothing has moved for a while: no process of the case has run at all. Then waiting for
// the limit would tell nothing more, and a learner waits with it.
class Standstill {
  public:
    // To be asked again and again.
    bool lasts() {
        auto asleep = context_switches_if_asleep(::getpid());
        const auto now = std::chrono::steady_clock::now();
        if (!asleep || asleep != asleep_) {
            asleep_ = std::move(asleep);
            since_ = now;
        }
        return now - since_ >= kStill;
    }

  private:
    std::optional<std::map<pid_t, std::uint64_t>> asleep_;
    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

// What comes out of the case while it runs.
class CaseReader {
  public:
    CaseReader(Line& line, const CaseWords& words) : line_(line), story_(words) {
        line_.result.second.reset();
        line_.printed.writing.reset();
        daemon::set_nonblocking(line_.result.first, true);
        daemon::set_nonblocking(line_.printed.reading, true);
    }

    // Until `process` ends (true); or the deadline has come, nothing moves any more, or it has used
    // too much of the processor (false). Not until the pipes end: somebody who was left behind may
    // hold them.
    bool follow(const Fd& process, Deadline deadline) {
        Standstill standstill;
        bool is_longer = false;
        Deadline next_look = Deadline::after(kLookEvery);
        for (;;) {
            std::array<pollfd, 3> descriptors = {
                pollfd{process.get(), POLLIN, 0},
                pollfd{result_open_ ? line_.result.first.get() : -1, POLLIN, 0},
                pollfd{printed_open_ ? line_.printed.reading.get() : -1, POLLIN, 0}};
            const int ready = ::poll(descriptors.data(), descriptors.size(),
                                     std::min(deadline, next_look).poll_timeout());
            if (ready == -1 && errno != EINTR) daemon::fail(errno, "poll");
            take_what_is_there();
            if (ready > 0 && descriptors[0].revents != 0) break;
            if (deadline.expired()) {
                if (is_longer || !story_.may_use()) return false;
                // It must have the time to use what it may use of the processor.
                is_longer = true;
                deadline = Deadline::after(2 * *story_.may_use());
            }
            if (!next_look.expired()) continue;
            if (standstill.lasts() || used_too_much()) return false;
            next_look = Deadline::after(kLookEvery);
        }
        take_what_is_there();
        return true;
    }

    const CaseStory& story() const { return story_; }
    const std::string& printed() const { return printed_; }
    // Takes what has come since.
    const std::string& read_on() {
        take_what_is_there();
        return printed_;
    }

  private:
    // On a busy machine a right program is slow, and uses no more.
    bool used_too_much() const {
        return processor_time_of_descendants(::getpid()) - story_.uncounted() >
               std::max(kMostProcessorTime, story_.may_use().value_or(kMostProcessorTime));
    }

    void take_what_is_there() {
        std::string events;
        result_open_ = result_open_ && read_some(line_.result.first, events);
        story_.take(events);
        std::string text;
        printed_open_ = printed_open_ && read_some(line_.printed.reading, text);
        printed_.append(text, 0, kMostPrinted - std::min(kMostPrinted, printed_.size()));
    }

    Line& line_;
    CaseStory story_;
    std::string printed_;
    bool result_open_ = true;
    bool printed_open_ = true;
};

// Of all children that have been collected, with theirs.
std::chrono::milliseconds processor_time_of_children() {
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
        std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec));
}

}  // namespace

CaseResult run_case(const CaseRun& run) {
    const auto begin = std::chrono::steady_clock::now();
    become_subreaper();
    keep_out();
    // A linker may leave a process that still frees its memory (mold does). It is not the
    // learner's.
    end_descendants(Deadline::after(kEnough));
    const std::chrono::milliseconds used_before = processor_time_of_children();
    const ScratchFolder folder;
    const CaseWords words;
    Line line(words);
    KeptCase child([&] { return become_the_case(run, line, folder.path()); });
    CaseReader reader(line, words);
    bool done = reader.follow(child.process(), Deadline::after(run.limit));

    CaseResult result;
    result.name = run.name;
    std::vector<Waiting> waiting;
    if (!done) waiting = what_they_wait_for(child.keeper(), [&] { return reader.read_on(); });
    // It came to its end while it was looked at.
    if (waiting.empty() && child.has_ended()) done = true;
    reader.read_on();
    reader.story().tell(result);
    std::optional<Ending> ending;
    if (done) {
        ending = child.wait();
        look_for_processes(result.left);
        look_for_files(folder.path(), result.left);
    }
    end_descendants(Deadline::after(kEnough));
    result.processor_time = processor_time_of_children() - used_before - reader.story().uncounted();
    // Only now: whoever gives the names needs time of the processor, too.
    result.waits = in_words(waiting, run.program, run.learners_folder);
    result.printed =
        with_names(without_stacks(reader.printed()) + reader.story().printed(), run.program);
    if (ending)
        judge_end(result, reader.story(), *ending, run.learners_folder);
    else if (done)
        judge_end_of_keeper(result);
    else
        judge_hang(result, reader.story());
    result.time = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    return result;
}

std::vector<std::string> list_cases(const fs::path& program) {
    const Ran ran = run_program({program.string(), "--list"}, program.parent_path());
    std::vector<std::string> names;
    std::istringstream lines(ran.output);
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) names.push_back(line);
    if (!ran.success() || names.empty())
        throw daemon::UsageError(
            fmt::format("{}: does not list its cases: {}", program.string(), ran.output));
    return names;
}

}  // namespace waymark::course
