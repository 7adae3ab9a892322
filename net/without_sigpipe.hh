// A write to a connection without a reader raises SIGPIPE, which ends the program, before it fails
// with EPIPE. send(2) takes MSG_NOSIGNAL; write(2) and sendfile(2) have no such thing, and whether
// the whole program ignores the signal is not for a library to decide.

#pragma once

#include <csignal>

namespace waymark::net {

// Holds SIGPIPE back for this thread; its end takes away the one that came meanwhile. For the
// length of one call, whose errno it keeps.
class WithoutSigpipe {
  public:
    WithoutSigpipe();
    WithoutSigpipe(const WithoutSigpipe&) = delete;
    WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
    ~WithoutSigpipe();

  private:
    sigset_t previous_;
    bool was_pending_ = false;
};

}  // namespace waymark::net
