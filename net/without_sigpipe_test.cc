#include "net/without_sigpipe.hh"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>

#include "daemon/fd.hh"
#include "daemon/signals.hh"

using namespace waymark::net;
using namespace waymark::daemon;

namespace {

bool is_pending() {
    sigset_t pending;
    ::sigpending(&pending);
    return ::sigismember(&pending, SIGPIPE) == 1;
}

int errno_of_write_without_reader() {
    Pipe pipe = make_pipe();
    pipe.reading.reset();
    {
        const WithoutSigpipe guard;
        if (::write(pipe.writing.get(), "x", 1) != -1) return 0;
    }
    return errno;
}

}  // namespace

TEST_CASE("a write without a reader fails, and leaves no signal behind") {
    ::signal(SIGPIPE, SIG_DFL);
    CHECK(errno_of_write_without_reader() == EPIPE);
    CHECK_FALSE(is_pending());
}

TEST_CASE("a signal that the caller holds back is left to it") {
    ::signal(SIGPIPE, SIG_DFL);
    const SignalMask mask({SIGPIPE});
    CHECK(errno_of_write_without_reader() == EPIPE);
    CHECK_FALSE(is_pending());
    ::raise(SIGPIPE);
    CHECK(errno_of_write_without_reader() == EPIPE);
    CHECK(is_pending());
    const timespec at_once{0, 0};
    sigset_t sigpipe;
    ::sigemptyset(&sigpipe);
    ::sigaddset(&sigpipe, SIGPIPE);
    CHECK(::sigtimedwait(&sigpipe, nullptr, &at_once) == SIGPIPE);
}
