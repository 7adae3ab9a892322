#include "daemon/signals.hh"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

#include "daemon/error.hh"

namespace waymark::daemon {

namespace {

sigset_t set_of(std::initializer_list<int> signals) {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : signals)
        if (::sigaddset(&set, signal) == -1) fail(errno, "sigaddset");
    return set;
}

}  // namespace

SignalMask::SignalMask(std::initializer_list<int> signals) : SignalMask(set_of(signals)) {}

SignalMask::SignalMask(const sigset_t& signals) {
    // pthread_sigmask(3) returns its error; in a program with threads sigprocmask(2) is undefined.
    if (const int error = ::pthread_sigmask(SIG_BLOCK, &signals, &previous_); error != 0)
        fail(error, "pthread_sigmask");
}

SignalMask::~SignalMask() {
    ::pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

SignalMask SignalMask::all() {
    sigset_t set;
    ::sigfillset(&set);
    return SignalMask(set);
}

SignalDescriptor::SignalDescriptor(std::initializer_list<int> signals) : mask_(signals) {
    const sigset_t set = set_of(signals);
    fd_ = Fd(check(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC), "signalfd"));
}

std::optional<int> SignalDescriptor::next() {
    signalfd_siginfo info;
    ssize_t length = -1;
    while ((length = ::read(fd_.get(), &info, sizeof info)) == -1) {
        if (errno == EINTR) continue;
        if (errno == EAGAIN) return std::nullopt;
        fail(errno, "read", "signalfd");
    }
    assert(length == static_cast<ssize_t>(sizeof info));
    return static_cast<int>(info.ssi_signo);
}

void reset_all_signals() {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    // SIGKILL, SIGSTOP and the two that the C library keeps for itself are refused; that is right.
    for (int signal = 1; signal < _NSIG; ++signal) ::sigaction(signal, &action, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

//#region exercise-05
namespace {

//#region signals-handler
// A handler gets only a number, so the way from it to the flag must be global.
std::atomic<SignalFlag*> flag_of_signal[_NSIG];  //@ 1
static_assert(std::atomic<SignalFlag*>::is_always_lock_free);

void count_signal(int signal) {  //@ 2..
    if (SignalFlag* flag = flag_of_signal[signal].load()) flag->add_one();
}  //@ ..2
//#endregion signals-handler

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

//#region signals-flag
int SignalFlag::take() {
    return count_.exchange(0);  //@ 1
}

void SignalFlag::add_one() noexcept {
    count_.fetch_add(1);  //@ 2
}
//#endregion signals-flag

//#region signals-scope
ScopedSignalHandler::ScopedSignalHandler(int signal, SignalFlag& flag, int flags)
    : signal_(signal) {
    // Before the table is touched: a number that is no signal has no place there.
    if (signal <= 0 || signal >= _NSIG) fail(EINVAL, "sigaction");
    // For this thread the two steps are one: a signal between them waits for both.
    const SignalMask mask({signal});  //@ 1
    // The flag comes first: in other threads a handler without one drops a signal.
    previous_flag_ = flag_of_signal[signal].exchange(&flag);  //@ 3
    struct sigaction action {};
    action.sa_handler = count_signal;
    action.sa_flags = flags;  //@ 2
    ::sigemptyset(&action.sa_mask);
    if (::sigaction(signal, &action, &previous_action_) == 0) return;  //@ 3
    const int reason = errno;
    flag_of_signal[signal].store(previous_flag_);
    fail(reason, "sigaction");
}
//#endregion signals-scope

//#region signals-restore
ScopedSignalHandler::~ScopedSignalHandler() {
    sigset_t set;  //@ 1..
    ::sigemptyset(&set);
    ::sigaddset(&set, signal_);
    const SignalMask mask(set);                        //@ ..1
    ::sigaction(signal_, &previous_action_, nullptr);  //@ 2..
    flag_of_signal[signal_].store(previous_flag_);     //@ ..2
}
//#endregion signals-restore

//#region signals-wait
bool wait_for_signal(const SignalFlag& flag, Deadline deadline) {
    const SignalMask mask = SignalMask::all();              //@ 1..
    const sigset_t open = open_for(flag, mask.previous());  //@ ..1
    while (!flag.raised()) {                                //@ 2..
        if (deadline.expired()) return false;               //@ ..2
        const timespec left = time_left(deadline);
        // Any signal ends the wait with EINTR, not only ours: look again, with
        // the time that is left.
        if (::ppoll(nullptr, 0, deadline.is_never() ? nullptr : &left, &open) == -1 &&  //@ 3..
            errno != EINTR)
            fail(errno, "ppoll");  //@ ..3
    }
    return true;
}
//#endregion signals-wait

void ignore_sigpipe() {
    struct sigaction action {};
    action.sa_handler = SIG_IGN;
    check(::sigaction(SIGPIPE, &action, nullptr), "sigaction SIGPIPE");
}
//#endregion exercise-05

}  // namespace waymark::daemon
