// Signals, without the surprises. A handler may do almost nothing (signal-safety(7)), so ours only
// counts; everything else happens in the ordinary flow of the program. There are two ways to hear
// of a signal there:
//
//   a program that waits for signals only:  SignalFlag, ScopedSignalHandler, wait_for_signal
//   a program with an event loop:           SignalDescriptor, readable like a socket
//
// What is refused: a test of the flag followed by a plain wait. A signal that comes between the two
// is counted, but nobody wakes up. wait_for_signal and SignalDescriptor have no such gap.

#pragma once

#include <signal.h>

#include <atomic>
#include <initializer_list>
#include <optional>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"

namespace waymark::daemon {

// How often a signal was delivered. Lock-free, because a handler that waits for a lock held by the
// code it interrupted waits for ever.
class SignalFlag {
  public:
    SignalFlag() = default;
    SignalFlag(const SignalFlag&) = delete;
    SignalFlag& operator=(const SignalFlag&) = delete;

    int count() const { return count_.load(); }
    bool raised() const { return count() > 0; }
    // Returns the count and starts again at zero; no signal is lost between the two.
    int take();
    // For the handler; safe in one. It leaves errno alone.
    void add_one() noexcept;

  private:
    std::atomic<int> count_ = 0;
    static_assert(std::atomic<int>::is_always_lock_free);
};

// Blocks signals for this thread; threads and processes made meanwhile inherit the mask. The
// scope's end restores the mask as it was: a signal that is still pending is delivered then, not
// lost.
class SignalMask {
  public:
    explicit SignalMask(std::initializer_list<int> signals);
    explicit SignalMask(const sigset_t& signals);
    SignalMask(const SignalMask&) = delete;
    SignalMask& operator=(const SignalMask&) = delete;
    ~SignalMask();

    // Blocks everything that can be blocked.
    static SignalMask all();

    // The mask that will be restored.
    const sigset_t& previous() const { return previous_; }

  private:
    sigset_t previous_;
};

// Counts `signal` in `flag` for the length of a scope, then restores what was there before, so that
// handlers nest. Without SA_RESTART, unless given in `flags`: read(2) and others return EINTR, and
// the loop round them gets the chance to look at the flag. With it a program that waits in
// accept(2) never notices SIGTERM. The flag must outlive the scope. A signal that
// another thread is in the middle of when the scope ends may go uncounted. Throws
// std::system_error.
class ScopedSignalHandler {
  public:
    ScopedSignalHandler(int signal, SignalFlag& flag, int flags = 0);
    ScopedSignalHandler(const ScopedSignalHandler&) = delete;
    ScopedSignalHandler& operator=(const ScopedSignalHandler&) = delete;
    ~ScopedSignalHandler();

  private:
    int signal_;
    SignalFlag* previous_flag_;
    struct sigaction previous_action_;
};

// Waits until `flag` is raised (true) or the deadline has come (false). The signals are let in only
// while ppoll(2) sleeps, so none can fall between the look and the wait. In a program with threads
// the other threads must block these signals, or one of them takes the signal and nobody wakes up.
bool wait_for_signal(const SignalFlag& flag, Deadline deadline);

// Signals as a descriptor (signalfd(2)): non-blocking, close-on-exec, readable when one is pending.
// Blocks the signals while it exists; make it before any thread, or a thread takes them. Signals of
// one number merge while they wait: SIGCHLD says "look", not "one". Throws std::system_error.
class SignalDescriptor {
  public:
    explicit SignalDescriptor(std::initializer_list<int> signals);

    const Fd& fd() const { return fd_; }
    // The number of the next pending signal; empty if there is none.
    std::optional<int> next();

  private:
    SignalMask mask_;
    Fd fd_;
};

// A write to a peer that is gone fails with EPIPE instead of ending the process. Throws
// std::system_error.
void ignore_sigpipe();

// All signals to their default action and none blocked. Both are inherited by fork(2), and what is
// ignored or blocked even by execve(2), so a child that wants to start clean calls this.
void reset_all_signals();

}  // namespace waymark::daemon
