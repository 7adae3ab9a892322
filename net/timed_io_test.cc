#include "net/timed_io.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <thread>
#include <vector>

#include "daemon/error.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

// Far away: a test that needs it has failed. The short one is for what must time out.
Deadline long_deadline() {
    return Deadline::after(20s);
}
Deadline short_deadline() {
    return Deadline::after(20ms);
}

void put(const Fd& fd, std::string_view text) {
    CHECK(::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

std::string read_text(const Fd& fd, std::size_t size) {
    std::string text(size, '\0');
    const IoResult result =
        read_exactly(fd, std::as_writable_bytes(std::span(text)), long_deadline());
    CHECK(result.status == IoStatus::done);
    return text;
}

// Both kinds of stream, both modes: the functions must not care.
struct Stream {
    Fd reading, writing;
};
Stream make_stream(bool socket, bool nonblocking) {
    Stream stream;
    if (socket) {
        SocketPair pair = make_socket_pair(SOCK_STREAM);
        stream = {std::move(pair.first), std::move(pair.second)};
    } else {
        Pipe pipe = make_pipe();
        stream = {std::move(pipe.reading), std::move(pipe.writing)};
    }
    set_nonblocking(stream.reading, nonblocking);
    set_nonblocking(stream.writing, nonblocking);
    return stream;
}
template <class Body>
void on_every_stream(Body body) {
    for (const bool socket : {true, false})
        for (const bool nonblocking : {true, false}) {
            CAPTURE(socket);
            CAPTURE(nonblocking);
            body(make_stream(socket, nonblocking));
        }
}

std::string pattern(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
    return text;
}

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

TEST_CASE("poll and select give the same answers") {
    struct Way {
        const char* name;
        Ready (*readable)(const Fd&, Deadline);
        Ready (*writable)(const Fd&, Deadline);
    };
    for (const Way& way : {Way{"poll", wait_readable, wait_writable},
                           Way{"select", wait_readable_by_select, wait_writable_by_select}}) {
        CAPTURE(way.name);
        SocketPair pair = make_socket_pair(SOCK_STREAM);
        CHECK(way.readable(pair.first, short_deadline()) == Ready::timed_out);
        CHECK(way.writable(pair.first, long_deadline()) == Ready::ready);
        put(pair.second, "x");
        // A deadline that has come asks once.
        CHECK(way.readable(pair.first, Deadline::after(0s)) == Ready::ready);
        read_text(pair.first, 1);
        CHECK(way.readable(pair.first, Deadline::after(0s)) == Ready::timed_out);
        // The end is something to read.
        pair.second.reset();
        CHECK(way.readable(pair.first, long_deadline()) == Ready::ready);
        CHECK_THROWS_AS(way.readable(Fd(), long_deadline()), std::system_error);
    }
}

TEST_CASE("a full socket is not writable") {
    SocketPair pair = make_socket_pair(SOCK_STREAM | SOCK_NONBLOCK);
    const std::string text = pattern(100'000);
    while (::write(pair.first.get(), text.data(), text.size()) > 0) continue;
    CHECK(wait_writable(pair.first, short_deadline()) == Ready::timed_out);
    CHECK(wait_writable_by_select(pair.first, short_deadline()) == Ready::timed_out);
}

TEST_CASE("select refuses a descriptor that its set has no place for") {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, 2048));
    ::setrlimit(RLIMIT_NOFILE, &limit);
    Pipe pipe = make_pipe();
    const Fd high(::fcntl(pipe.reading.get(), F_DUPFD_CLOEXEC, FD_SETSIZE));
    if (!high) {
        puts("SKIP: descriptors above 1024: the limit of open files is too low");
        return;
    }
    put(pipe.writing, "x");
    try {
        wait_readable_by_select(high, long_deadline());
        FAIL("select took it");
    } catch (const std::system_error& error) {
        CHECK(error.code().value() == EINVAL);
        CHECK(std::string_view(error.what()).find("use poll") != std::string_view::npos);
    }
    CHECK(wait_readable(high, long_deadline()) == Ready::ready);
}

TEST_CASE("a message that arrives byte by byte is read as a whole") {
    on_every_stream([](Stream stream) {
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
    on_every_stream([](Stream stream) {
        put(stream.writing, "firstsecond");
        CHECK(read_text(stream.reading, 5) == "first");
        CHECK(read_text(stream.reading, 6) == "second");
    });
}

TEST_CASE("the end is told apart from a cut message and from a time-out") {
    on_every_stream([](Stream stream) {
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
    on_every_stream([](Stream stream) {
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

TEST_CASE("everything is written, although the kernel takes a part at a time") {
    on_every_stream([](Stream stream) {
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
    on_every_stream([](Stream stream) {
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
    on_every_stream([](Stream stream) {
        stream.reading.reset();
        CHECK(write_all(stream.writing, "x", long_deadline()).status == IoStatus::broken);
        sigset_t pending;
        ::sigpending(&pending);
        CHECK_FALSE(::sigismember(&pending, SIGPIPE));
    });
}

TEST_CASE("a descriptor keeps its mode") {
    on_every_stream([](Stream stream) {
        const int before = ::fcntl(stream.reading.get(), F_GETFL);
        std::array<std::byte, 1> buffer{};
        read_some(stream.reading, buffer, Deadline::after(0s));
        write_all(stream.writing, "x", long_deadline());
        CHECK(::fcntl(stream.reading.get(), F_GETFL) == before);
    });
}

TEST_CASE("signals neither cut a message nor stretch a deadline") {
    on_every_stream([](Stream stream) {
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
