// source: daemon/signals.cc
// misconception: lost wake-up
// says: sleeps, though the signal has come

namespace {

// A handler gets nothing but a number, so the way from the number to the flag must be global.
std::atomic<SignalFlag*> flag_of_signal[_NSIG];
static_assert(std::atomic<SignalFlag*>::is_always_lock_free);

void count_signal(int signal) {
    if (SignalFlag* flag = flag_of_signal[signal].load()) flag->add_one();
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
    while (!flag.raised()) {
        if (deadline.expired()) return false;
        if (::poll(nullptr, 0, deadline.poll_timeout()) == -1 && errno != EINTR)
            fail(errno, "poll");
    }
    return true;
}

void ignore_sigpipe() {
    struct sigaction action {};
    action.sa_handler = SIG_IGN;
    check(::sigaction(SIGPIPE, &action, nullptr), "sigaction SIGPIPE");
}
