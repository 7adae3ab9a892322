#include "net/timed_io.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "daemon/error.hh"
#include "net/streams_under_test.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

// Interrupts this process a thousand times a second while it lives.
class SignalStorm {
  public:
    SignalStorm() {
        struct sigaction action {};
        action.sa_handler = [](int) { ++seen; };  // and no SA_RESTART
        ::sigaction(SIGALRM, &action, &previous_);
        const itimerval each{{0, 1000}, {0, 1000}};
        ::setitimer(ITIMER_REAL, &each, nullptr);
    }
    ~SignalStorm() {
        const itimerval off{};
        ::setitimer(ITIMER_REAL, &off, nullptr);
        ::sigaction(SIGALRM, &previous_, nullptr);
    }
    static inline std::atomic<int> seen = 0;

  private:
    struct sigaction previous_ {};
};

}  // namespace

TEST_CASE("a message that arrives byte by byte is read as a whole") {
    on_every_stream([](TestedStream stream) {
        std::thread writer([&] {
            for (const char byte : std::string_view("hello\0world", 11)) {
                put(stream.writing, std::string_view(&byte, 1));
                std::this_thread::yield();
            }
        });
        CHECK(read_text(stream.reading, 11) == std::string("hello\0world", 11));
        writer.join();
    });
}

TEST_CASE("two messages in one read stay two messages") {
    on_every_stream([](TestedStream stream) {
        put(stream.writing, "firstsecond");
        CHECK(read_text(stream.reading, 5) == "first");
        CHECK(read_text(stream.reading, 6) == "second");
    });
}

TEST_CASE("the end is told apart from a cut message and from a time-out") {
    on_every_stream([](TestedStream stream) {
        std::array<std::byte, 8> buffer{};
        put(stream.writing, "abc");
        IoResult result = read_exactly(stream.reading, buffer, short_deadline());
        CHECK(result.status == IoStatus::timed_out);
        CHECK(result.count == 3);
        put(stream.writing, "de");
        stream.writing.reset();
        result = read_exactly(stream.reading, buffer, long_deadline());
        CHECK(result.status == IoStatus::end);
        CHECK(result.count == 2);
        result = read_exactly(stream.reading, buffer, long_deadline());
        CHECK(result.status == IoStatus::end);
        CHECK(result.count == 0);
    });
}

TEST_CASE("one deadline holds for the whole message, however often a byte arrives") {
    on_every_stream([](TestedStream stream) {
        // The writer never stalls for longer than a few milliseconds and never ends by itself.
        std::atomic<bool> stop = false;
        std::thread writer([&] {
            while (!stop) {
                write_all(stream.writing, "x", Deadline::after(1ms));
                std::this_thread::yield();
            }
        });
        std::vector<std::byte> buffer(100'000'000);
        const IoResult result = read_exactly(stream.reading, buffer, short_deadline());
        stop = true;
        writer.join();
        CHECK(result.status == IoStatus::timed_out);
        CHECK(result.count < buffer.size());
    });
}

TEST_CASE("a peer that always has more does not carry a read past its deadline") {
    // Each read of such a socket gives one message, so that the number of reads can be seen.
    const SocketPair pair = make_socket_pair(SOCK_SEQPACKET);
    for (int i = 0; i < 10; ++i) put(pair.second, "x");
    std::array<std::byte, 10> buffer{};
    const IoResult result = read_exactly(pair.first, buffer, Deadline::after(0s));
    CHECK(result.status == IoStatus::timed_out);
    CHECK(result.count == 1);
}

TEST_CASE("a peer that always has room does not carry a write past its deadline") {
    // Each write to a pipe is of PIPE_BUF bytes at most, so that the number of writes can be seen.
    const Pipe pipe = make_pipe();
    const IoResult result = write_all(pipe.writing, pattern(10 * PIPE_BUF), Deadline::after(0s));
    CHECK(result.status == IoStatus::timed_out);
    CHECK(result.count == PIPE_BUF);
    CHECK(read_text(pipe.reading, PIPE_BUF) == pattern(PIPE_BUF));
}

TEST_CASE("everything is written, although the kernel takes a part at a time") {
    on_every_stream([](TestedStream stream) {
        const std::string text = pattern(3'000'000);
        IoResult written{};
        std::thread writer([&] { written = write_all(stream.writing, text, long_deadline()); });
        CHECK(read_text(stream.reading, text.size()) == text);
        writer.join();
        CHECK(written.status == IoStatus::done);
        CHECK(written.count == text.size());
    });
}

TEST_CASE("a peer that does not read costs no more than the deadline") {
    on_every_stream([](TestedStream stream) {
        const std::string text = pattern(3'000'000);
        const IoResult result = write_all(stream.writing, text, short_deadline());
        CHECK(result.status == IoStatus::timed_out);
        CHECK(result.count > 0);
        CHECK(result.count < text.size());
        // What was counted is what can be read.
        CHECK(read_text(stream.reading, result.count) == text.substr(0, result.count));
    });
}

TEST_CASE("a reader that is gone is a status, not a signal") {
    ::signal(SIGPIPE, SIG_DFL);
    on_every_stream([](TestedStream stream) {
        stream.reading.reset();
        CHECK(write_all(stream.writing, "x", long_deadline()).status == IoStatus::broken);
        sigset_t pending;
        ::sigpending(&pending);
        CHECK_FALSE(::sigismember(&pending, SIGPIPE));
    });
}

TEST_CASE("a descriptor keeps its mode") {
    on_every_stream([](TestedStream stream) {
        const int before = ::fcntl(stream.reading.get(), F_GETFL);
        std::array<std::byte, 1> buffer{};
        read_some(stream.reading, buffer, Deadline::after(0s));
        write_all(stream.writing, "x", long_deadline());
        CHECK(::fcntl(stream.reading.get(), F_GETFL) == before);
    });
}

TEST_CASE("signals neither cut a message nor stretch a deadline") {
    on_every_stream([](TestedStream stream) {
        const std::string text = pattern(1'000'000);
        const SignalStorm storm;
        std::thread writer([&] { write_all(stream.writing, text, long_deadline()); });
        CHECK(read_text(stream.reading, text.size()) == text);
        writer.join();
        // With a time-out that starts anew after each signal this would never come back.
        std::array<std::byte, 1> buffer{};
        const int before = SignalStorm::seen;
        CHECK(read_some(stream.reading, buffer, Deadline::after(50ms)).status ==
              IoStatus::timed_out);
        CHECK(wait_readable_by_select(stream.reading, Deadline::after(50ms)) == Ready::timed_out);
        CHECK(SignalStorm::seen > before);
    });
}

TEST_CASE("an errno is tried again, the end of a connection, or a failure") {
    for (const int number : {EAGAIN, EINTR})
        CHECK(classify_io_error(number) == IoErrorKind::try_again);
    for (const int number : {ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH, ENETDOWN})
        CHECK(classify_io_error(number) == IoErrorKind::broken);
    // A router's last word before the kernel gave up: a peer's affair, and no failure of ours.
    for (const int number : {EACCES, ENOPROTOOPT, EPROTO, ENONET, EOPNOTSUPP})
        CHECK(classify_io_error(number) == IoErrorKind::broken);
    for (const int number : {EBADF, EFAULT, EINVAL, EIO, ENOSPC, ENOMEM, ENOTSOCK})
        CHECK(classify_io_error(number) == IoErrorKind::failure);
}

TEST_CASE("a descriptor that is not ours to use throws") {
    std::array<std::byte, 1> buffer{};
    CHECK_THROWS_AS(read_some(Fd(), buffer, short_deadline()), std::system_error);
    CHECK_THROWS_AS(write_all(Fd(), "x", short_deadline()), std::system_error);
    const Fd folder(check(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open /"));
    CHECK_THROWS_AS(read_some(folder, buffer, short_deadline()), std::system_error);
}
