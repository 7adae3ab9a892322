#include "daemon/children.hh"

#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <optional>
#include <utility>

#include "daemon/error.hh"
#include "daemon/signals.hh"

namespace waymark::daemon {

namespace {

// The parent may have died between fork and prctl; then no signal will ever come.
void die_with_parent(int signal, pid_t parent) {
    if (signal == 0) return;
    check(::prctl(PR_SET_PDEATHSIG, signal), "prctl PR_SET_PDEATHSIG");
    if (::getppid() != parent) ::_exit(kExitSystem);
}

}  // namespace

bool ExitStatus::core_dumped() const {
    assert(killed());
    return WCOREDUMP(wait_status_);
}

std::string ExitStatus::describe() const {
    if (exited()) return fmt::format("exit status {}", code());
    const char* name = ::sigdescr_np(signal());  // unlike strsignal(3) safe in threads
    return fmt::format("killed by signal {}{}{}", signal(),
                       name ? fmt::format(" ({})", name) : std::string(),
                       core_dumped() ? ", core dumped" : "");
}

// By number: the header of glibc 2.36 declares the function for C only.
Fd open_process(pid_t pid) {
    return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

Children::Children() {
    struct sigaction action {};
    check(::sigaction(SIGCHLD, nullptr, &action), "sigaction SIGCHLD");
    if (action.sa_handler != SIG_IGN && (action.sa_flags & SA_NOCLDWAIT) == 0) return;
    if (action.sa_handler == SIG_IGN) action.sa_handler = SIG_DFL;
    action.sa_flags &= ~SA_NOCLDWAIT;
    check(::sigaction(SIGCHLD, &action, nullptr), "sigaction SIGCHLD");
}

Children::~Children() {
    terminate_all(Deadline::after({}));
}

int Children::result_of(const std::function<int()>& body, int parent_death_signal,
                        pid_t parent) noexcept {
    processes_.clear();
    return run_main(fmt::format("child {}", ::getpid()), [&] {
        die_with_parent(parent_death_signal, parent);
        return body();
    });
}

void Children::note(pid_t pid) {
    running_.insert(pid);
    std::erase_if(processes_, [this](const auto& old) { return !running_.contains(old.first); });
    processes_.insert_or_assign(pid, open_process(pid));
}

void Children::signal_all(int signal) {
    for (const pid_t pid : running_) signal_one(pid, signal);
}

void Children::signal_one(pid_t pid, int signal) {
    if (!running_.contains(pid)) return;
    assert(pid > 0);  // kill(2) would take the others for a group, or for everybody
    const auto process = processes_.find(pid);
    if (process != processes_.end() && process->second)
        ::syscall(SYS_pidfd_send_signal, process->second.get(), signal, nullptr, 0);
    else
        ::kill(pid, signal);
}

// What has ended and waits to be collected is there, as a zombie, and may be signalled. With signal 0
// the kernel only looks (kill(2)).
void Children::forget_collected() {
    std::erase_if(running_, [this](pid_t pid) {
        const auto process = processes_.find(pid);
        return process != processes_.end() && process->second &&
               ::syscall(SYS_pidfd_send_signal, process->second.get(), 0, nullptr, 0) == -1 &&
               errno == ESRCH;
    });
}

// Without a descriptor to spare it sleeps a moment only, and the caller looks again.
void Children::sleep_until_ended(pid_t pid, Deadline deadline) const {
    const auto process = processes_.find(pid);
    const int left = deadline.poll_timeout();
    if (process == processes_.end() || !process->second) {
        ::poll(nullptr, 0, left == -1 ? 10 : std::min(left, 10));
        return;
    }
    pollfd ended{process->second.get(), POLLIN, 0};
    ::poll(&ended, 1, left);
}

//#region exercise-01
//#region exit-status
bool ExitStatus::exited() const {
    return WIFEXITED(wait_status_);
}

bool ExitStatus::killed() const {
    return WIFSIGNALED(wait_status_);
}

int ExitStatus::code() const {
    assert(exited());
    return WEXITSTATUS(wait_status_);
}

int ExitStatus::signal() const {
    assert(killed());
    return WTERMSIG(wait_status_);
}
//#endregion exit-status

//#region start
pid_t Children::start(const std::function<int()>& body, int parent_death_signal) {
    // What is in the buffers of stdio now would be in the child's copy, too, and be written twice.
    std::fflush(nullptr);
    const pid_t parent = ::getpid();
    // No signal reaches the child while it still has the parent's handlers.
    const SignalMask mask = SignalMask::all();
    const pid_t pid = check(::fork(), "fork");
    if (pid == 0) {
        reset_all_signals();
        running_.clear();  // they are siblings now, and none of this process's business
        const int code = result_of(body, parent_death_signal, parent);
        // exit(3) would run the parent's atexit handlers and static destructors a second time.
        // _exit(2) does not, but neither does it write what the child has printed.
        std::fflush(nullptr);
        ::_exit(code);
    }
    note(pid);
    return pid;
}
//#endregion start

namespace {

//#region look
struct Look {
    bool still_running;
    std::optional<ExitStatus> status;  // nothing if somebody else has collected it
};

// Asks for the end of `pid`; with `options` 0 it waits for it, with WNOHANG it only looks.
Look look_at(pid_t pid, int options) {
    int status = 0;
    pid_t result = -1;
    while ((result = ::waitpid(pid, &status, options)) == -1 && errno == EINTR) {
    }
    if (result == 0) return {true, std::nullopt};
    // ECHILD is no error of ours: the child is gone, and nobody can say any more how.
    if (result == -1) return {false, std::nullopt};
    return {false, ExitStatus::from_wait(status)};
}
//#endregion look

}  // namespace

//#region reap
std::vector<Children::Ended> Children::reap() {
    forget_collected();  // by somebody else: their numbers may be those of strangers now
    std::vector<Ended> ended;
    for (auto child = running_.begin(); child != running_.end();) {
        const Look look = look_at(*child, WNOHANG);
        if (look.status) ended.push_back({*child, *look.status});
        child = look.still_running ? std::next(child) : running_.erase(child);
    }
    return ended;
}
//#endregion reap

//#region terminate-all
std::vector<Children::Ended> Children::terminate_all(Deadline grace) {
    signal_all(SIGTERM);
    signal_all(SIGCONT);  // a stopped process gets its SIGTERM only when it goes on
    std::vector<Ended> ended = reap();
    while (!running_.empty() && !grace.expired()) {
        sleep_until_ended(*running_.begin(), grace);
        std::ranges::move(reap(), std::back_inserter(ended));
    }
    signal_all(SIGKILL);
    for (const pid_t pid : std::exchange(running_, {})) {
        const Look look = look_at(pid, 0);
        if (look.status) ended.push_back({pid, *look.status});
    }
    return ended;
}
//#endregion terminate-all
//#endregion exercise-01

}  // namespace waymark::daemon
