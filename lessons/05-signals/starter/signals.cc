// What is yours to write in lesson 05. The check begins with the constructor of
// ScopedSignalHandler; the waits come last. SignalMask, above, is there for you to use.

namespace {

// Write this: the way from a signal's number to the SignalFlag that counts it. A handler gets
// nothing but the number, so the way must be global: a table with _NSIG places, there from the
// beginning, for a handler may look into it at any moment. Make them std::atomic: then each is read
// and written in one step by the word of the language. (A plain pointer is, too, on the processors
// that we know, but that is luck, and no check can see it there.)

// Write this: the handler, `void count_signal(int signal)`. It finds the flag and adds one. Nothing
// else: whatever the program was doing, it is in the middle of it. errno stays as it was.

}  // namespace

// Write this: returns the count and starts again at zero, in one step.
int SignalFlag::take() {
    return 0;
}

// Write this: adds one to count_, in one step. Handlers of two threads may run at the same time.
void SignalFlag::add_one() noexcept {}

// Write this: from here on each delivery of `signal` adds one to `flag`. `flags` are for sa_flags
// and nothing is added to them. Keep what was there before, the action and the flag, in the members
// previous_action_ and previous_flag_. A signal that comes in the middle of this is counted once:
// by what was there before, or by the new pair. For the other threads the flag must be in its place
// before the handler is. Throws std::system_error if the kernel refuses (daemon/error.hh: check),
// also for a number that is no signal, and then everything is as it was: the flag that was in the
// table, the mask, and what has come to this thread meanwhile was counted by the flag before. (In
// another thread the new flag may have counted it. SignalMask holds a signal back in this thread.)
ScopedSignalHandler::ScopedSignalHandler(int signal, SignalFlag&, int)
    : signal_(signal), previous_flag_(nullptr), previous_action_{} {}

// Write this: puts both back, whatever was set meanwhile. A signal that comes in the middle of this
// is counted once, too; for the other threads the handler must be gone before its flag is.
ScopedSignalHandler::~ScopedSignalHandler() {}

// Write this: waits until `flag` is raised (true) or the deadline has come (false). Does not change
// the flag. No signal can fall between a look at the flag and the wait. The signals that lead to
// this flag are let in even if the caller has blocked them; afterwards the mask is as it was. Other
// signals may interrupt the wait and do not end it, nor make it longer.
bool wait_for_signal(const SignalFlag&, Deadline) {
    return false;
}

// Write this: a write to a peer that is gone fails with EPIPE instead of ending the process, in
// every thread. Throws std::system_error if the kernel refuses.
void ignore_sigpipe() {}
