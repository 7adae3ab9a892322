#include "lessons/04-daemonize/started.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "daemon/error.hh"
#include "daemon/privileges.hh"
#include "lessons/04-daemonize/advice.hh"
#include "lessons/course/check/processes.hh"

namespace waymark::course::check {

namespace {

using daemon::Channel;
using daemon::ExitStatus;
using daemon::PidFile;
using daemon::Readiness;

int started_and_alive = 0;

// By number: the faults of the case are for the learner's calls.
void wait_readable(int descriptor, long seconds) {
    const timespec limit{seconds, 0};
    pollfd readable{descriptor, POLLIN, 0};
    while (::syscall(SYS_ppoll, &readable, 1, &limit, nullptr, 0) == -1 && errno == EINTR) {
    }
}

void end_and_collect(pid_t pid) {
    ::kill(pid, SIGKILL);
    while (::waitpid(pid, nullptr, 0) == -1 && errno == EINTR) {
    }
}

// The list in /proc may miss one while others come and go (proc(5), "children"); waitpid(2) knows.
void end_all_children() {
    pid_t collected = 0;
    while ((collected = ::waitpid(-1, nullptr, WNOHANG)) != -1) {
        if (collected > 0) continue;
        for (const pid_t pid : children_of_the_check()) ::kill(pid, SIGKILL);
        ::poll(nullptr, 0, 1);
    }
}

std::string environment_names() {
    std::vector<std::string> names;
    for (char** entry = environ; entry && *entry; ++entry) {
        const std::string_view text = *entry;
        names.emplace_back(text.substr(0, text.find('=')));
    }
    std::ranges::sort(names);
    return fmt::format("{}", fmt::join(names, " "));
}

bool has_terminal() {
    return static_cast<bool>(daemon::Fd(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)));
}

// A child of the server that has its copy of everything and ends with all destructors run.
void run_a_child(std::optional<PidFile>& pid_file) {
    in_a_process([&] {
        pid_file.reset();
        return 0;
    });
}

int number_at_end(std::string_view text) {
    int number = 0;
    const std::string_view digits = text.substr(text.rfind(' ') + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

}  // namespace

Started::Started(How how) : in_foreground_(how.in_foreground) {
    daemon::check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl PR_SET_CHILD_SUBREAPER");
    daemon::set_nonblocking(output_.reading, true);
    ++started_and_alive;
    command_ = children_.start([&] { return run_command(how); });
    ends_.second.close();
    output_.writing.reset();
    input_.reading.reset();
}

Started::~Started() {
    ends_.first.close();
    children_.signal_all(SIGKILL);
    if (daemon_ != 0 && daemon_ != command_) end_and_collect(daemon_);
    if (--started_and_alive > 0) return;
    end_all_children();
}

int Started::run_command(const How& how) {
    ends_.first.close();
    ::dup2(input_.reading.get(), STDIN_FILENO);
    ::dup2(output_.writing.get(), STDOUT_FILENO);
    ::dup2(output_.writing.get(), STDERR_FILENO);
    daemon::close_all_but({ends_.second.fd().get()});
    how.before();
    std::optional<PidFile> pid_file;
    daemon::DaemonOptions options = how.options;
    options.keep.push_back(ends_.second.fd().get());
    if (!how.pid_path.empty()) {
        const daemon::Deadline at_once = daemon::Deadline::after(std::chrono::seconds(0));
        std::optional<PidFile> locked = PidFile::try_lock(how.pid_path, at_once);
        if (!locked) {
            ends_.second.send("refused");
            return daemon::kExitUsage;
        }
        pid_file.emplace(std::move(*locked));
        options.keep.push_back(pid_file->fd().get());
    }
    if (how.in_foreground) {
        Readiness readiness = Readiness::foreground();
        ends_.second.send(fmt::format("{} 0", ::getpid()));
        return serve(readiness, pid_file);
    }
    std::optional<Faults> faults;
    if (how.faults) how.faults(faults.emplace(how.seed));
    Readiness readiness = daemon::daemonize("rosa", options);
    const int forks = faults ? faults->calls(Call::fork) : 0;
    faults.reset();
    ends_.second.send(fmt::format("{} {}", ::getpid(), forks));
    return serve(readiness, pid_file);
}

int Started::serve(Readiness& readiness, std::optional<PidFile>& pid_file) {
    for (;;) {
        const std::string request = wait_for_word(ends_.second);
        if (request.empty() || request == "end") return 0;
        std::string answer;
        try {
            answer = answer_to(request, readiness, pid_file);
        } catch (const std::exception& error) {
            answer = error.what();
        }
        ends_.second.send(answer);
    }
}

std::string Started::answer_to(std::string_view request, Readiness& readiness,
                               std::optional<PidFile>& pid_file) {
    const std::size_t space = request.find(' ');
    const std::string_view verb = request.substr(0, space);
    const std::string rest(space == request.npos ? "" : request.substr(space + 1));
    if (verb == "ready") readiness.ready();
    if (verb == "failed") readiness.failed(std::stoi(rest), rest.substr(rest.find(' ') + 1));
    if (verb == "print") fmt::print(stderr, "{}\n", rest);
    if (verb == "environment") return "has " + environment_names();
    if (verb == "open") {
        // Without O_NOCTTY, and never closed: this is what the second fork is for.
        if (::open(rest.c_str(), O_RDWR | O_CLOEXEC) == -1) return "could not open it";
        return has_terminal() ? "has a terminal" : "has no terminal";
    }
    if (verb == "write" && pid_file) pid_file->write_pid();
    if (verb == "child") run_a_child(pid_file);
    if (verb == "become") daemon::drop_permanently(rest);
    return "done";
}

std::string Started::wait_for_word(Channel& channel) {
    constexpr long kSeconds = 30;
    wait_readable(channel.fd().get(), kSeconds);
    return std::string(channel.receive().message);
}

const std::string& Started::first_word() {
    if (first_word_) return *first_word_;
    first_word_ = wait_for_word(ends_.first);
    if (first_word_->find(' ') == std::string::npos) return *first_word_;
    daemon_ = std::stoi(*first_word_);
    forks_ = number_at_end(*first_word_);
    return *first_word_;
}

pid_t Started::daemon(const Advice& advice) {
    if (daemon_ == 0 && first_word().find(' ') == std::string::npos)
        fail("the daemon", "a process in which daemonize() returns",
             fmt::format("none; the command: {}, and it printed {}", command_status(),
                         check::show(printed())),
             advice);
    if (daemon_ == command_ && !in_foreground_)
        fail("the process in which daemonize() returned", "another than the command's",
             "the command's own", kNothingForked);
    return daemon_;
}

std::string Started::ask(std::string_view request) {
    first_word();
    ends_.first.send(request);
    const std::string answer = wait_for_word(ends_.first);
    return answer.empty() ? "(no answer)" : answer;
}

std::string Started::command_status() {
    if (status_) return status_->describe();
    if (!wait_until_ended(command_)) return "still running after ten seconds";
    for (const daemon::Children::Ended& ended : children_.reap()) status_ = ended.status;
    return status_ ? status_->describe() : "collected by somebody else";
}

void Started::expect_end(std::string_view end, const Advice& advice) {
    const std::string status = command_status();
    expect(status == end, "the command's end", end, status, advice);
}

pid_t Started::ready(const Advice& advice) {
    const pid_t pid = daemon(advice);
    ask("ready");
    expect_end("exit status 0", advice);
    return pid;
}

std::string Started::printed() {
    std::string text;
    std::array<char, 4096> part;
    for (ssize_t count = 0; (count = ::read(output_.reading.get(), part.data(), part.size())) > 0;)
        text.append(part.data(), static_cast<std::size_t>(count));
    return text;
}

void Started::end() {
    first_word();
    ends_.first.send("end");
    if (daemon_ == 0) return;
    wait_until_ended(daemon_);
    if (daemon_ == command_)
        command_status();
    else
        end_and_collect(daemon_);
    daemon_ = 0;
}

Relations relations_of(pid_t pid) {
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string text;
    std::getline(file, text);
    Relations relations;
    int group = 0;
    // Behind the name, which may hold anything: state, parent, group, session, terminal.
    const std::size_t end_of_name = text.rfind(") ");
    if (end_of_name == text.npos) return relations;
    std::sscanf(text.c_str() + end_of_name, ") %*c %d %d %d %d", &relations.parent, &group,
                &relations.session, &relations.terminal);
    return relations;
}

std::string file_of(pid_t pid, int number) {
    std::error_code closed;
    return std::filesystem::read_symlink(fmt::format("/proc/{}/fd/{}", pid, number), closed)
        .string();
}

std::string folder_of(pid_t pid) {
    std::error_code gone;
    return std::filesystem::read_symlink(fmt::format("/proc/{}/cwd", pid), gone).string();
}

std::vector<int> descriptors_of(pid_t pid) {
    std::vector<int> numbers;
    std::error_code gone;
    for (const auto& entry :
         std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", pid), gone))
        numbers.push_back(std::stoi(entry.path().filename()));
    std::ranges::sort(numbers);
    return numbers;
}

std::vector<pid_t> children_of_the_check() {
    std::vector<pid_t> pids;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream file(task.path() / "children");
        for (pid_t pid = 0; file >> pid;) pids.push_back(pid);
    }
    return pids;
}

std::string show(const std::vector<int>& numbers) {
    return fmt::format("{}", fmt::join(numbers, " "));
}

}  // namespace waymark::course::check
