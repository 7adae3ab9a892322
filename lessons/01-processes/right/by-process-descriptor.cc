// source: daemon/children.cc
// why it is right: pidfd_open(2) gives a descriptor for the child, and waitid(2) and
// pidfd_send_signal(2) take it. Such a descriptor cannot come to mean another process.

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
    running_.insert(pid);
    return pid;
}

namespace {

struct Look {
    bool still_running;
    std::optional<ExitStatus> status;  // nothing if somebody else has collected it
};

// waitid(2) for a descriptor, or for the number if there is no descriptor to spare.
Look look_at(pid_t pid, int options) {
    const Fd process = open_process(pid);
    if (!process && errno == ESRCH) return {false, std::nullopt};
    const idtype_t type = process ? P_PIDFD : P_PID;
    const int id = process ? process.get() : pid;
    siginfo_t info{};
    int result = -1;
    while ((result = ::waitid(type, static_cast<id_t>(id), &info, WEXITED | options)) == -1 &&
           errno == EINTR) {
    }
    if (result == -1) return {false, std::nullopt};
    if (info.si_pid == 0) return {true, std::nullopt};
    if (info.si_code == CLD_EXITED)
        return {false, ExitStatus::from_wait(W_EXITCODE(info.si_status, 0))};
    const int core = info.si_code == CLD_DUMPED ? WCOREFLAG : 0;
    return {false, ExitStatus::from_wait(W_EXITCODE(0, info.si_status) | core)};
}

void send_to(pid_t pid, int signal) {
    const Fd process = open_process(pid);
    if (!process && errno != ESRCH) ::kill(pid, signal);
    if (process) ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0);
}

}  // namespace

std::vector<Children::Ended> Children::reap() {
    std::vector<Ended> ended;
    for (auto child = running_.begin(); child != running_.end();) {
        const Look look = look_at(*child, WNOHANG);
        if (look.status) ended.push_back({*child, *look.status});
        child = look.still_running ? std::next(child) : running_.erase(child);
    }
    return ended;
}

std::vector<Children::Ended> Children::terminate_all(Deadline grace) {
    for (const int signal : {SIGTERM, SIGCONT})
        for (const pid_t pid : running_) send_to(pid, signal);
    std::vector<Ended> ended = reap();
    while (!running_.empty() && !grace.expired()) {
        sleep_until_ended(*running_.begin(), grace);
        std::ranges::move(reap(), std::back_inserter(ended));
    }
    for (const pid_t pid : running_) send_to(pid, SIGKILL);
    for (const pid_t pid : std::exchange(running_, {})) {
        const Look look = look_at(pid, 0);
        if (look.status) ended.push_back({pid, *look.status});
    }
    return ended;
}
