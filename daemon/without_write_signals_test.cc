#include "daemon/without_write_signals.hh"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>

#include "daemon/children_under_test.hh"
#include "daemon/fd.hh"
#include "daemon/signals.hh"

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
        const WithoutWriteSignals guard;
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

TEST_CASE("one within another leaves what is held back to the other") {
    ::signal(SIGPIPE, SIG_DFL);
    {
        const WithoutWriteSignals around;
        CHECK(errno_of_write_without_reader() == EPIPE);
        CHECK(is_pending());  // and no system call was made for it
        CHECK(errno_of_write_without_reader() == EPIPE);
    }
    CHECK_FALSE(is_pending());
    sigset_t mask;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    CHECK(::sigismember(&mask, SIGPIPE) == 0);
    CHECK(errno_of_write_without_reader() == EPIPE);
    CHECK_FALSE(is_pending());
}

TEST_CASE("a child that was forked while signals are held back holds them back itself") {
    ::signal(SIGPIPE, SIG_DFL);
    const WithoutWriteSignals around;
    CHECK(status_of([] {
              ::signal(SIGPIPE, SIG_DFL);  // and its mask is empty (daemon/children)
              return errno_of_write_without_reader() == EPIPE ? 0 : 1;
          }).describe() == "exit status 0");
}

TEST_CASE("what a thread holds back is not held back by another") {
    ::signal(SIGPIPE, SIG_DFL);
    const WithoutWriteSignals around;
    int error_number = 0;
    bool is_left = true;
    std::thread([&] {
        error_number = errno_of_write_without_reader();
        is_left = is_pending();
    }).join();
    CHECK(error_number == EPIPE);
    CHECK_FALSE(is_left);
}

// The reader takes a page and leaves while the writer waits for room: write(2) then returns what it
// has moved, and the signal is there as well.
TEST_CASE("a write of which a part was taken leaves no signal behind either") {
    CHECK(status_of([] {
              Pipe pipe = make_pipe();
              Children children;
              children.start([&] {
                  pipe.writing.reset();
                  std::string part(4096, '\0');
                  return ::read(pipe.reading.get(), part.data(), part.size()) > 0 ? 0 : 1;
              });
              pipe.reading.reset();
              const std::string text(1 << 20, 'x');
              const WithoutWriteSignals guard;
              const ssize_t moved = ::write(pipe.writing.get(), text.data(), text.size());
              return moved > 0 && moved < static_cast<ssize_t>(text.size()) ? 0 : 1;
          }).describe() == "exit status 0");
}
