#include "lessons/course/child_process.hh"

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "daemon/error.hh"
#include "daemon/signals.hh"

namespace waymark::course {

namespace {

constexpr auto kByDescriptor = static_cast<idtype_t>(3);  // P_PIDFD, which glibc 2.36 names

[[noreturn]] void live(const std::function<int()>& body, pid_t parent, int parent_death_signal) {
    daemon::reset_all_signals();
    const int code = daemon::run_main(fmt::format("child {}", ::getpid()), [&] {
        daemon::check(::prctl(PR_SET_PDEATHSIG, parent_death_signal), "prctl PR_SET_PDEATHSIG");
        return ::getppid() == parent ? body() : daemon::kExitSystem;
    });
    std::fflush(nullptr);
    ::_exit(code);
}

pid_t start(const std::function<int()>& body, int parent_death_signal) {
    std::fflush(nullptr);  // or both would write it
    const pid_t parent = ::getpid();
    const daemon::SignalMask mask = daemon::SignalMask::all();
    const pid_t pid = daemon::check(::fork(), "fork");
    if (pid == 0) live(body, parent, parent_death_signal);
    return pid;
}

}  // namespace

bool Ending::killed() const {
    return WIFSIGNALED(wait_status_);
}

bool Ending::exited_with(int code) const {
    return WIFEXITED(wait_status_) && WEXITSTATUS(wait_status_) == code;
}

std::string Ending::describe() const {
    if (!killed()) return fmt::format("exit status {}", WEXITSTATUS(wait_status_));
    const int signal = WTERMSIG(wait_status_);
    const char* name = ::sigdescr_np(signal);
    return name ? fmt::format("killed by signal {} ({})", signal, name)
                : fmt::format("killed by signal {}", signal);
}

// The descriptor is opened before the child can be collected, so it is of this very child.
ChildProcess::ChildProcess(const std::function<int()>& body, int parent_death_signal)
    : pid_(start(body, parent_death_signal)),
      process_(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))) {
    if (process_) return;
    const int error = errno;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    daemon::fail(error, "pidfd_open");
}

// By the descriptor: somebody else may have collected it, and its number be another's by now.
ChildProcess::~ChildProcess() {
    signal(SIGKILL);
    siginfo_t info{};
    while (::waitid(kByDescriptor, static_cast<id_t>(process_.get()), &info, WEXITED) == -1 &&
           errno == EINTR) {
    }
}

bool ChildProcess::has_ended() const {
    pollfd ended{process_.get(), POLLIN, 0};
    return ::poll(&ended, 1, 0) == 1;
}

std::optional<Ending> ChildProcess::collect() {
    int status = 0;
    if (!has_ended() || ::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    return Ending(status);
}

void ChildProcess::signal(int signal) const {
    ::syscall(SYS_pidfd_send_signal, process_.get(), signal, nullptr, 0);
}

Ending ChildProcess::wait() {
    int status = 0;
    pid_t ended = -1;
    while ((ended = ::waitpid(pid_, &status, 0)) == -1 && errno == EINTR) {
    }
    daemon::check(ended, "waitpid");
    return Ending(status);
}

}  // namespace waymark::course
