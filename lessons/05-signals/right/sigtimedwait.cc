// source: daemon/signals.cc
// why it is right: the signals of the flag are blocked and taken from the kernel's hands one by
// one; the handler does not run for those, so the wait counts them itself.

namespace {

// A handler gets nothing but a number, so the way from the number to the flag must be global.
std::atomic<SignalFlag*> flag_of_signal[_NSIG];
static_assert(std::atomic<SignalFlag*>::is_always_lock_free);

void count_signal(int signal) {
    if (SignalFlag* flag = flag_of_signal[signal].load()) flag->add_one();
}

sigset_t signals_of(const SignalFlag& flag) {
    sigset_t set;
    ::sigemptyset(&set);
    for (int signal = 1; signal < _NSIG; ++signal)
        if (flag_of_signal[signal].load() == &flag) ::sigaddset(&set, signal);
    return set;
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
    const sigset_t set = signals_of(flag);
    const SignalMask mask(set);
    while (!flag.raised()) {
        if (deadline.expired()) return false;
        const timespec left = time_left(deadline);
        const int taken = ::sigtimedwait(&set, nullptr, deadline.is_never() ? nullptr : &left);
        if (taken != -1)
            flag_of_signal[taken].load()->add_one();
        else if (errno != EINTR && errno != EAGAIN)
            fail(errno, "sigtimedwait");
    }
    return true;
}

void ignore_sigpipe() {
    struct sigaction action {};
    action.sa_handler = SIG_IGN;
    check(::sigaction(SIGPIPE, &action, nullptr), "sigaction SIGPIPE");
}
