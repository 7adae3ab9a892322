// Peers that are slow, greedy or odd.
#include <doctest/doctest.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "net/stream_under_test.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

int kept_for_peer(const Conversation& c) {
    int kept = 0;
    check(::ioctl(c.stream->socket().get(), SIOCOUTQ, &kept), "ioctl SIOCOUTQ");
    return kept;
}

// The peer reads in small steps until the kernel has `count` bytes less to keep for it.
void take(const Conversation& c, int count) {
    const int before = kept_for_peer(c);
    char buffer[256];
    while (before - kept_for_peer(c) < count) {
        const ssize_t got = ::recv(c.peer.get(), buffer, sizeof buffer, MSG_DONTWAIT);
        REQUIRE((got > 0 || errno == EAGAIN));
    }
}

Task<> send_file(Conversation& c, const Fd& file, std::size_t count) {
    c.finished = false;
    c.result = co_await c.stream->send_file(file, 0, count, 10'000ms);
    c.finished = true;
}

}  // namespace

TEST_CASE("a slow peer is served: what it takes counts before epoll tells of room") {
    Conversation c(make_tcp_pair());
    TaskGroup tasks;
    const std::string sent(4 * 1024 * 1024, 'x');
    tasks.start(write(c, sent, 20ms));
    for (int looks = 0; looks < 8; ++looks) {
        take(c, Stream::kLeastTaken);
        c.loop.run_once();
        REQUIRE_FALSE(c.finished);
    }
    c.finish();
    CHECK(c.result.outcome == Outcome::timed_out);
}

// On a busy machine the kernel may let go of several segments at once, and then the peer has taken
// enough; so it is tried a few times, and given up it must be once.
TEST_CASE("a peer that takes less than the least is given up, although it takes") {
    const std::string sent(4 * 1024 * 1024, 'x');
    bool is_given_up = false;
    for (int attempt = 0; !is_given_up && attempt < 5; ++attempt) {
        Conversation c(make_tcp_pair(100));
        TaskGroup tasks;
        tasks.start(write(c, sent, 20ms));
        for (int looks = 0; !c.finished && looks < 8; ++looks) {
            take(c, 1);
            c.loop.run_once();
        }
        is_given_up = c.finished && c.result.outcome == Outcome::timed_out;
        if (!c.finished) c.finish();
    }
    CHECK(is_given_up);
}

TEST_CASE("a file to a peer that has gone fails without a signal") {
    ::signal(SIGPIPE, SIG_DFL);
    Conversation c;
    TaskGroup tasks;
    const Fd file(check(::memfd_create("file", MFD_CLOEXEC), "memfd_create"));
    check(::ftruncate(file.get(), 1000), "ftruncate");
    c.peer.reset();
    tasks.start(send_file(c, file, 1000));
    c.finish();
    CHECK(c.result.outcome == Outcome::failed);
    CHECK(c.result.error == EPIPE);
    sigset_t pending;
    ::sigpending(&pending);
    CHECK(::sigismember(&pending, SIGPIPE) == 0);
}

TEST_CASE("a deadline that has come ends a read, although bytes wait") {
    Conversation c;
    TaskGroup tasks;
    char buffer[4];
    c.send("late");
    tasks.start(read(c, buffer, Deadline(c.loop.now() - 1h)));
    CHECK(c.finished);
    CHECK(c.result.outcome == Outcome::timed_out);
    tasks.start(read(c, buffer));
    CHECK(std::string_view(buffer, c.result.bytes) == "late");
}

TEST_CASE("what follows an urgent byte is not forgotten") {
    Conversation c(make_tcp_pair());
    TaskGroup tasks;
    char buffer[16];
    std::string all;
    tasks.start(read(c, buffer));
    c.send("ab");
    REQUIRE(::send(c.peer.get(), "!", 1, MSG_OOB) == 1);
    c.send("cd");
    while (all.size() < 4) {
        c.finish();
        all.append(buffer, c.result.bytes);
        if (all.size() < 4) tasks.start(read(c, buffer, Deadline::after(20s)));
    }
    CHECK(all == "abcd");
}

TEST_CASE("what follows a passed descriptor is not forgotten") {
    Conversation c;
    TaskGroup tasks;
    char buffer[16];
    std::string all;
    tasks.start(read(c, buffer));
    iovec bytes{const_cast<char*>("ab"), 2};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int passed = c.peer.get();
    std::memcpy(CMSG_DATA(header), &passed, sizeof passed);
    REQUIRE(::sendmsg(c.peer.get(), &message, 0) == 2);
    c.send("cd");
    while (all.size() < 4) {
        c.finish();
        all.append(buffer, c.result.bytes);
        if (all.size() < 4) tasks.start(read(c, buffer, Deadline::after(20s)));
        REQUIRE(c.result.outcome == Outcome::done);
    }
    CHECK(all == "abcd");
}

TEST_CASE("a peer whose bytes never end leaves the others their turn") {
    Conversation c;
    TaskGroup tasks;
    c.send(std::string(10'000, 'x'));
    auto read_on = [](Conversation& on) -> Task<> {
        char byte[1];
        for (int i = 0; i < 10'000; ++i) {
            on.result = co_await on.stream->read_some(byte, Deadline::never());
            if (on.result.outcome != Outcome::done) co_return;
        }
        on.finished = true;
    };
    tasks.start(read_on(c));
    int rounds = 0;
    for (; !c.finished; ++rounds) c.loop.run_once();
    CHECK(rounds >= 10'000 / (EventLoop::kStepsPerTurn + 1));
}

TEST_CASE("a file that finds room at once leaves the others their turn") {
    SocketPair pair = make_socket_pair(SOCK_STREAM);
    set_send_buffer(pair.first, 1'000'000);
    Conversation c(std::move(pair));
    TaskGroup tasks;
    const std::size_t size = 400 * 1024;
    const Fd file(check(::memfd_create("file", MFD_CLOEXEC), "memfd_create"));
    check(::ftruncate(file.get(), size), "ftruncate");
    tasks.start(send_file(c, file, size));
    CHECK_FALSE(c.finished);
    CHECK(drain(c, size).size() == size);
    c.finish();
    CHECK(c.result.bytes == size);
}

TEST_CASE("tasks that need no wait in a hundred thousand reads do not use up the stack") {
    Conversation c;
    TaskGroup tasks;
    c.send(std::string(100'000, 'x'));
    struct Coroutines {
        static Task<Transfer> read_byte(Conversation& on) {
            char byte[1];
            const Transfer got = co_await on.stream->read_some(byte, Deadline::never());
            co_return got;
        }
        static Task<> read_all(Conversation& on) {
            for (int i = 0; i < 100'000; ++i) on.result = co_await read_byte(on);
            on.finished = true;
        }
    };
    tasks.start(Coroutines::read_all(c));
    while (!c.finished) c.loop.run_once();
    CHECK(c.result.outcome == Outcome::done);
}
