// How the child ended is packed into wait_status_, as waitpid(2) stored it. The macros of
// <sys/wait.h> take it apart: WIFEXITED, WIFSIGNALED, WEXITSTATUS, WTERMSIG.

// Write this: true if the process ended by itself, by _exit(2) or a return from main.
bool ExitStatus::exited() const {
    return false;
}

// Write this: true if a signal has ended it.
bool ExitStatus::killed() const {
    return false;
}

// Write this: the exit code, 0 to 255. Only asked for when exited().
int ExitStatus::code() const {
    return -1;
}

// Write this: the number of the signal. Only asked for when killed().
int ExitStatus::signal() const {
    return -1;
}

// Write this. It forks; in the parent it calls note(pid), which keeps the child in running_ and a
// descriptor that names it (the check asks for the first), and returns its number. If fork(2) gives
// -1 it throws, at once: check(result, "fork"), from daemon/error.hh, does that.
//
// In the child, in this order:
//
//   1. reset_all_signals(), from daemon/signals.hh: handlers and mask are the parent's.
//   2. running_ becomes empty: the children in it are siblings now.
//   3. result_of(body, parent_death_signal, parent) runs the function and gives the exit code,
//      also if the function throws. `parent` is the process that forked: getpid(2), before.
//   4. The child ends with that code. It must not return from here, must not run what the parent
//      has registered with atexit(3), and must not lose what it has printed.
//
// After the fork both processes have what stdio had not written yet. It must come out once.
//
// Who wants to be exact (the check does not ask for it) blocks all signals round the fork, with a `const SignalMask mask =
// SignalMask::all();`, so that none reaches the child while it still has the parent's handlers.
pid_t Children::start(const std::function<int()>& /*body*/, int /*parent_death_signal*/) {
    fail(ENOSYS, "Children::start", "is not written yet");
}

// Write this. Ask waitpid(2) for each child in running_, without waiting (WNOHANG). It has four
// answers:
//
//   its number: it has ended. Off the list, and into the result: {pid, ExitStatus::from_wait(...)}.
//   0: it still runs. It stays on the list.
//   -1 with EINTR: a signal came during the call. Ask again.
//   -1 with ECHILD: somebody else has collected it. Off the list, and nothing to report.
//
// Who wants to be exact (the check does not ask for it) calls forget_collected() first: it strikes
// off whom somebody else has collected, so that waitpid(2) does not ask for a number that may be a
// stranger's by now.
std::vector<Children::Ended> Children::reap() {
    return {};
}

// Write this. signal_all(number) sends a signal to each child in running_.
//
//   1. Ask all of them to end: SIGTERM. Then SIGCONT, because a stopped process acts on SIGTERM
//      only when it goes on.
//   2. Until nobody is left or grace.expired(): collect who has ended. To sleep in between there
//      is sleep_until_ended(pid, grace): until that one has ended, or the grace is over.
//   3. Who is left gets SIGKILL, and is waited for, asleep. Nobody else is signalled.
//
// On return no child is left, running_ is empty, and the result tells of every one of them.
std::vector<Children::Ended> Children::terminate_all(Deadline /*grace*/) {
    return {};
}
