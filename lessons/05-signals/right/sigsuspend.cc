// source: daemon/signals.cc
// why it is right: sigsuspend(2) lets the signals in only while it sleeps, like ppoll(2), but knows
// no time. A timer of the kernel sends SIGALRM at the deadline; what was there for it is put back.

namespace {

void wake(int) {}

// Sends SIGALRM at the deadline, and a little later again, until the scope ends.
class Alarm {
  public:
    Alarm(Deadline deadline, timespec left) {
        if (deadline.is_never()) return;
        struct sigaction action {};
        action.sa_handler = wake;
        check(::sigaction(SIGALRM, &action, &previous_), "sigaction SIGALRM");
        set_ = true;
        const long microseconds = left.tv_nsec / 1000 + 1;
        const itimerval time{{0, 1000}, {left.tv_sec, microseconds}};
        check(::setitimer(ITIMER_REAL, &time, &previous_time_), "setitimer");
    }
    ~Alarm() {
        if (!set_) return;
        ::setitimer(ITIMER_REAL, &previous_time_, nullptr);
        ::signal(SIGALRM, SIG_IGN);  // throws away what is pending: it would hit what is put back
        ::sigaction(SIGALRM, &previous_, nullptr);
    }
    bool is_set() const { return set_; }

  private:
    bool set_ = false;
    struct sigaction previous_ {};
    itimerval previous_time_{};
};

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
    sigset_t open = open_for(flag, mask.previous());
    const Alarm alarm(deadline, time_left(deadline));
    if (alarm.is_set()) ::sigdelset(&open, SIGALRM);
    while (!flag.raised()) {
        if (deadline.expired()) return false;
        ::sigsuspend(&open);  // always -1 and EINTR
    }
    return true;
}

void ignore_sigpipe() {
    struct sigaction action {};
    action.sa_handler = SIG_IGN;
    check(::sigaction(SIGPIPE, &action, nullptr), "sigaction SIGPIPE");
}
