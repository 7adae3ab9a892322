// source: daemon/signals.cc
// why it is right: the handler counts and writes a byte, errno kept; the wait sleeps in poll(2) on
// the pipe, with the signals of the flag open. A byte that came before the wait is still there.

namespace {

// There while there are handlers, for all of them.
struct WakeUp {
    Pipe pipe = make_pipe();
    int handlers = 0;
    WakeUp() {
        set_nonblocking(pipe.reading, true);
        set_nonblocking(pipe.writing, true);
    }
};
std::optional<WakeUp> wake_up;

// A handler gets nothing but a number, so the way from the number to the flag must be global.
std::atomic<SignalFlag*> flag_of_signal[_NSIG];
static_assert(std::atomic<SignalFlag*>::is_always_lock_free);

void count_signal(int signal) {
    const int kept = errno;
    if (SignalFlag* flag = flag_of_signal[signal].load()) flag->add_one();
    (void)!::write(wake_up->pipe.writing.get(), "", 1);
    errno = kept;
}

// For the length of a wait: the signals of the flag open, and nothing else changed.
class OpenSignals {
  public:
    explicit OpenSignals(const SignalFlag& flag) {
        sigset_t set;
        ::sigemptyset(&set);
        for (int signal = 1; signal < _NSIG; ++signal)
            if (flag_of_signal[signal].load() == &flag) ::sigaddset(&set, signal);
        ::pthread_sigmask(SIG_UNBLOCK, &set, &previous_);
    }
    ~OpenSignals() { ::pthread_sigmask(SIG_SETMASK, &previous_, nullptr); }

  private:
    sigset_t previous_;
};

void empty_pipe() {
    char bytes[64];
    while (::read(wake_up->pipe.reading.get(), bytes, sizeof bytes) > 0) {
    }
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
    if (!wake_up) wake_up.emplace();
    ++wake_up->handlers;
}

ScopedSignalHandler::~ScopedSignalHandler() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, signal_);
    const SignalMask mask(set);
    ::sigaction(signal_, &previous_action_, nullptr);
    flag_of_signal[signal_].store(previous_flag_);
    if (--wake_up->handlers == 0) wake_up.reset();
}

bool wait_for_signal(const SignalFlag& flag, Deadline deadline) {
    const OpenSignals open(flag);
    for (;;) {
        if (wake_up) empty_pipe();  // before the look: what comes after it leaves a new byte
        if (flag.raised()) return true;
        if (deadline.expired()) return false;
        pollfd readable{wake_up ? wake_up->pipe.reading.get() : -1, POLLIN, 0};
        if (::poll(&readable, 1, deadline.poll_timeout()) == -1 && errno != EINTR)
            fail(errno, "poll");
    }
}

void ignore_sigpipe() {
    struct sigaction action {};
    action.sa_handler = SIG_IGN;
    check(::sigaction(SIGPIPE, &action, nullptr), "sigaction SIGPIPE");
}
