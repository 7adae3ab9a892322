#include "lessons/04-daemonize/started.hh"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "daemon/error.hh"
#include "lessons/04-daemonize/advice.hh"
#include "lessons/course/check/processes.hh"

namespace waymark::course::check {

namespace {

using daemon::Channel;

int started_and_alive = 0;

// By number: the faults of the case are for the learner's calls.
void wait_readable(int descriptor, long seconds) {
    const timespec limit{seconds, 0};
    pollfd readable{descriptor, POLLIN, 0};
    while (::syscall(SYS_ppoll, &readable, 1, &limit, nullptr, 0) == -1 && errno == EINTR) {
    }
}

std::string what_came_of(const daemon::Pipe& pipe) {
    std::string text;
    std::array<char, 4096> part;
    for (ssize_t count = 0; (count = ::read(pipe.reading.get(), part.data(), part.size())) > 0;)
        text.append(part.data(), static_cast<std::size_t>(count));
    return text;
}

std::string in_words(std::string_view first_word) {
    return first_word.empty() ? std::string() : fmt::format(" ({})", first_word);
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
        for (const pid_t pid : children_of(::getpid())) ::kill(pid, SIGKILL);
        ::poll(nullptr, 0, 1);
    }
}

int number_at_end(std::string_view text) {
    int number = 0;
    const std::string_view digits = text.substr(text.rfind(' ') + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

}  // namespace

Started::Started(How how)
    : in_foreground_(how.in_foreground),
      keep_closed_(static_cast<std::atomic<bool>*>(::mmap(nullptr, sizeof(std::atomic<bool>),
                                                          PROT_READ | PROT_WRITE,
                                                          MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
    if (keep_closed_ == MAP_FAILED) daemon::fail(errno, "mmap");
    daemon::check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl PR_SET_CHILD_SUBREAPER");
    daemon::set_nonblocking(output_.reading, true);
    daemon::set_nonblocking(errors_.reading, true);
    ++started_and_alive;
    command_ = children_.start([&] { return run_command(how); });
    ends_.second.close();
    output_.writing.reset();
    errors_.writing.reset();
    input_.reading.reset();
}

Started::~Started() {
    ::munmap(keep_closed_, sizeof *keep_closed_);
    ends_.first.close();
    children_.signal_all(SIGKILL);
    if (daemon_ != 0 && daemon_ != command_) end_and_collect(daemon_);
    if (--started_and_alive > 0) return;
    end_all_children();
}

std::string Started::wait_for_word(Channel& channel) {
    constexpr long kSeconds = 30;
    wait_readable(channel.fd().get(), kSeconds);
    return std::string(channel.receive().message);
}

const std::string& Started::first_word() {
    if (first_word_) return *first_word_;
    first_word_ = wait_for_word(ends_.first);
    if (first_word_->empty() || first_word_->front() < '0' || first_word_->front() > '9')
        return *first_word_;
    daemon_ = std::stoi(*first_word_);
    calls_ = number_at_end(*first_word_);
    return *first_word_;
}

pid_t Started::daemon(const Advice& advice) {
    first_word();
    if (daemon_ == 0 && first_word() == "thrown on") fail_for_two();
    if (daemon_ == 0) {
        const std::string status = command_status();
        if (*keep_closed_)
            fail("a descriptor of options.keep", "open in the daemon", "closed", kKeepClosed);
        fail("the daemon", "a process in which daemonize() returns",
             fmt::format("none{}; the command: {}", in_words(first_word()), status), advice);
    }
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

void Started::expect_end(std::string_view end, const Causes& causes) {
    const std::string status = command_status();
    expect(status == end, "the command's end", end, status, causes);
}

void Started::expect_none(const Advice& advice) {
    if (first_word() == "thrown on") fail_for_two();
    expect(first_word().empty() || first_word().starts_with("thrown"), "the daemon", "none",
           "one that goes on", advice);
}

pid_t Started::ready(const Advice& advice) {
    const pid_t pid = daemon(advice);
    ask("ready");
    expect_end("exit status 0", advice);
    return pid;
}

std::string Started::printed() {
    return what_came_of(output_);
}

std::string Started::errors() {
    return what_came_of(errors_);
}

void Started::fail_for_two() {
    fail("who gets the exception", "nobody: the failure is said to the first process",
         "the caller of daemonize(), in a process beside the command", kTwoProcesses);
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

}  // namespace waymark::course::check
