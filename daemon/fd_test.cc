#include "daemon/fd.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

using namespace waymark::daemon;

namespace {
bool is_open(int number) {
    return ::fcntl(number, F_GETFD) != -1;
}
bool closes_on_exec(const Fd& fd) {
    return (::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0;
}
}  // namespace

TEST_CASE("a descriptor is closed once, by its last owner") {
    int number = -1;
    {
        Pipe pipe = make_pipe();
        number = pipe.reading.get();
        Fd owner = std::move(pipe.reading);
        CHECK_FALSE(pipe.reading);
        CHECK(is_open(number));
    }
    CHECK_FALSE(is_open(number));
}

TEST_CASE("assignment closes what was owned before") {
    Pipe first = make_pipe();
    Pipe second = make_pipe();
    const int old_number = first.reading.get();
    first.reading = std::move(second.reading);
    CHECK_FALSE(is_open(old_number));
    CHECK(is_open(first.reading.get()));
}

TEST_CASE("release gives the number away and closes nothing") {
    Pipe pipe = make_pipe();
    const int number = pipe.writing.release();
    CHECK_FALSE(pipe.writing);
    CHECK(is_open(number));
    ::close(number);
}

TEST_CASE("reset keeps errno") {
    Pipe pipe = make_pipe();
    errno = ENOSPC;
    pipe.reading.reset();
    pipe.reading.reset();
    CHECK(errno == ENOSPC);
}

TEST_CASE("everything is close-on-exec from birth") {
    Pipe pipe = make_pipe();
    SocketPair pair = make_socket_pair(SOCK_STREAM);
    Fd copy = pipe.reading.duplicate();
    CHECK(closes_on_exec(pipe.reading));
    CHECK(closes_on_exec(pipe.writing));
    CHECK(closes_on_exec(pair.first));
    CHECK(closes_on_exec(pair.second));
    CHECK(closes_on_exec(copy));
}

TEST_CASE("descriptors are counted without the one that looks") {
    const int before = count_open_descriptors();
    Pipe pipe = make_pipe();
    CHECK(count_open_descriptors() == before + 2);
    pipe.reading.reset();
    CHECK(count_open_descriptors() == before + 1);
}

TEST_CASE("a forked process closes all but what it is told to keep") {
    const Pipe report = make_pipe();
    const Pipe kept = make_pipe();
    const Pipe dropped = make_pipe();
    const pid_t child = ::fork();
    REQUIRE(child != -1);
    if (child == 0) {
        close_all_but({kept.writing.get(), report.writing.get(), 1});
        const char verdict =
            is_open(kept.writing.get()) && is_open(1) && !is_open(kept.reading.get()) &&
                    !is_open(dropped.reading.get()) && !is_open(report.reading.get())
                ? 'y'
                : 'n';
        ::_exit(::write(report.writing.get(), &verdict, 1) == 1 ? 0 : 1);
    }
    char verdict = 0;
    CHECK(::read(report.reading.get(), &verdict, 1) == 1);
    CHECK(verdict == 'y');
    CHECK(::waitpid(child, nullptr, 0) == child);
}

TEST_CASE("non-blocking mode is set and cleared") {
    Pipe pipe = make_pipe();
    char byte = 0;
    set_nonblocking(pipe.reading, true);
    CHECK(::read(pipe.reading.get(), &byte, 1) == -1);
    CHECK(errno == EAGAIN);
    set_nonblocking(pipe.reading, false);
    CHECK((::fcntl(pipe.reading.get(), F_GETFL) & O_NONBLOCK) == 0);
}
