// source: daemon/signals.cc
// misconception: the deadline asked first
// says: the deadline asked first

namespace {
// A handler gets nothing but a number, so the way from the number to the flag must be global.
std::atomic<SignalFlag*> flag_of_signal[_NSIG];
static_assert(std::atomic<SignalFlag*>::is_always_lock_free);

void count_signal(int signal) {
    if (SignalFlag* flag = flag_of_signal[signal].load()) flag->add_one();
}

// The mask of before, but with every signal open that is counted in `flag`: also one that the
// caller has blocked, which is the usual way to keep it from arriving too early.
sigset_t open_for(const SignalFlag& flag, sigset_t mask) {
    for (int signal = 1; signal < _NSIG; ++signal)
        if (flag_of_signal[signal].load() == &flag) ::sigdelset(&mask, signal);
    return mask;
}

timespec time_left(Deadline deadline) {
    const auto left =
        std::max(deadline.instant() - Deadline::Clock::now(), Deadline::Clock::duration::zero());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    return {static_cast<time_t>(seconds.count()),
            static_cast<long>(std::chrono::nanoseconds(left - seconds).count())};
}

}  // namespace
int SignalFlag::take() {
    return count_.exchange(0);
}

void SignalFlag::add_one() noexcept {
    count_.fetch_add(1);
}
ScopedSignalHandler::ScopedSignalHandler(int signal, SignalFlag& flag, int flags)
    : signal_(signal) {
    assert(signal > 0 && signal < _NSIG);
    // The two steps are one for this thread: a signal between them waits until both are done.
    const SignalMask mask({signal});
    struct sigaction action {};
    action.sa_handler = count_signal;
    action.sa_flags = flags;
    ::sigemptyset(&action.sa_mask);
    check(::sigaction(signal, &action, &previous_action_), "sigaction");
    previous_flag_ = flag_of_signal[signal].exchange(&flag);
}

ScopedSignalHandler::~ScopedSignalHandler() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, signal_);
    const SignalMask mask(set);
    ::sigaction(signal_, &previous_action_, nullptr);
    flag_of_signal[signal_].store(previous_flag_);
}
bool wait_for_signal(const SignalFlag& flag, Deadline deadline) {
    const SignalMask mask = SignalMask::all();
    const sigset_t open = open_for(flag, mask.previous());
    for (;;) {
        if (deadline.expired()) return false;
        if (flag.raised()) return true;
        const timespec left = time_left(deadline);
        // Any signal ends the wait with EINTR, not only ours: look again, with the time that is
        // left.
        if (::ppoll(nullptr, 0, deadline.is_never() ? nullptr : &left, &open) == -1 &&
            errno != EINTR)
            fail(errno, "ppoll");
    }
}

void ignore_sigpipe() {
    struct sigaction action {};
    action.sa_handler = SIG_IGN;
    check(::sigaction(SIGPIPE, &action, nullptr), "sigaction SIGPIPE");
}
