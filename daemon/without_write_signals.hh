// A write to a pipe or socket without a reader raises SIGPIPE before it fails, one past
// RLIMIT_FSIZE raises SIGXFSZ, and both end a process that has not asked for anything else.
// send(2) takes MSG_NOSIGNAL; write(2) and sendfile(2) have no such thing, and whether the whole
// program ignores the signals is not for a library to decide.

#pragma once

#include <csignal>

namespace waymark::daemon {

// Holds both back for this thread. Its end takes away those that came meanwhile, whatever the
// write said: one that has moved a part of its bytes returns their number, and has raised the
// signal all the same. For the length of one write, or of a thread's life when it does little else
// than write: one within another of the same thread makes no system call, where each by itself
// makes three. A child inherits what is held back, and so does the program that it becomes
// (signal(7)). errno stays as it was.
class WithoutWriteSignals {
  public:
    WithoutWriteSignals();
    WithoutWriteSignals(const WithoutWriteSignals&) = delete;
    WithoutWriteSignals& operator=(const WithoutWriteSignals&) = delete;
    ~WithoutWriteSignals();

  private:
    bool is_within_;  // another: it does what is to be done
    sigset_t previous_mask_;
    sigset_t ours_;  // of the two, those that were not pending before
};

}  // namespace waymark::daemon
