// The part of children.hh that keeps account of the children: who is running, by which descriptor,
// and how one is signalled. What becomes of them is in children.cc.

#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>

#include "daemon/children.hh"
#include "daemon/error.hh"

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

}  // namespace waymark::daemon
