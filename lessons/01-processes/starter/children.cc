// How the child ended is packed into wait_status_, as waitpid(2) stored it. The macros of <sys/wait.h>
// take it apart: WIFEXITED, WIFSIGNALED, WEXITSTATUS, WTERMSIG.

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

// Write this. It forks; in the parent it notes the child in running_ and returns its number. If
// fork(2) fails it throws: check(result, "fork") from daemon/error.hh does that for a -1.
//
// In the child, in this order:
//   - reset_all_signals(), from daemon/signals.hh: the handlers and the mask are the parent's
//   - running_ becomes empty: the children in it are siblings now
//   - result_of(body, parent_death_signal, parent) runs the function and gives the exit code, also if
//     the function throws; `parent` is the number of the process that forked (getpid(2), before)
//   - the child ends with that code: it must not return from here, must not run what the parent has
//     registered with atexit(3), and must not lose what it has printed
//
// Both processes leave with a copy of what stdio has not written yet. It must come out once.
//
// Whoever wants to be exact blocks all signals round the fork (const SignalMask mask =
// SignalMask::all();), so that none reaches the child while it still has the parent's handlers.
pid_t Children::start(const std::function<int()>&, int) {
    fail(ENOSYS, "Children::start", "is not written yet");
}

// Write this. For each child in running_, ask waitpid(2) without waiting (WNOHANG), and tell four
// answers apart:
//   its number      it has ended: off the list, and into the result with ExitStatus::from_wait(status)
//   0               it still runs: it stays on the list
//   -1, EINTR       a signal came in between: ask again
//   -1, ECHILD      somebody else has collected it: off the list, nothing to report
std::vector<Children::Ended> Children::reap() {
    return {};
}

// Write this. Ask all children to end (signal_all sends a signal to each in running_), and give them
// until `grace`. Two signals: SIGTERM, and SIGCONT, because a stopped process acts on SIGTERM only
// when it goes on. Meanwhile collect who has ended; sleep_until_ended(pid, grace) sleeps until that
// one has ended or the grace is over, grace.expired() says that it is.
//
// Who is left then gets SIGKILL, and is waited for: on return no child is left, running_ is empty,
// and the result has the end of every one of them.
std::vector<Children::Ended> Children::terminate_all(Deadline) {
    return {};
}
