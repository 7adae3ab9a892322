#include "net/stream.hh"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "net/stream_under_test.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

Task<> wait_readable(Conversation& c, Deadline deadline = Deadline::never()) {
    c.finished = false;
    c.result = co_await c.stream->readable(deadline);
    c.finished = true;
}

}  // namespace

TEST_CASE("a read takes what is there, or waits for it") {
    Conversation c;
    TaskGroup tasks;
    char buffer[16];

    c.send("early");
    tasks.start(read(c, buffer));
    CHECK(c.finished);
    CHECK(std::string_view(buffer, c.result.bytes) == "early");

    tasks.start(read(c, buffer));
    c.round();
    CHECK_FALSE(c.finished);
    c.send("late");
    c.finish();
    CHECK(c.result.outcome == Outcome::done);
    CHECK(std::string_view(buffer, c.result.bytes) == "late");
}

TEST_CASE("bytes that come with the end are read before the end is told") {
    Conversation c;
    TaskGroup tasks;
    char buffer[16];
    tasks.start(read(c, buffer));
    c.send("last");
    c.peer.reset();
    c.finish();
    CHECK(std::string_view(buffer, c.result.bytes) == "last");
    tasks.start(read(c, buffer));
    c.finish();
    CHECK(c.result.outcome == Outcome::end);
}

TEST_CASE("more bytes than the buffer holds are not forgotten by the edge") {
    Conversation c;
    TaskGroup tasks;
    char buffer[4];
    std::string all;
    tasks.start(wait_readable(c));
    c.send("0123456789");
    c.finish();
    while (all.size() < 10) {
        tasks.start(read(c, buffer));
        c.finish();
        REQUIRE(c.result.outcome == Outcome::done);
        all.append(buffer, c.result.bytes);
    }
    CHECK(all == "0123456789");
}

TEST_CASE("readable waits without a buffer and takes nothing") {
    Conversation c;
    TaskGroup tasks;
    tasks.start(wait_readable(c));
    c.round();
    CHECK_FALSE(c.finished);
    c.send("x");
    c.finish();
    CHECK(c.result.bytes == 0);
    char buffer[4];
    tasks.start(read(c, buffer));
    CHECK(c.finished);
    CHECK(c.result.bytes == 1);
}

TEST_CASE("readable is not fooled by an edge whose bytes were read already") {
    Conversation c;
    TaskGroup tasks;
    char buffer[4];
    c.send("abcd");
    tasks.start(read(c, buffer));  // fills the buffer: there might be more
    CHECK(c.result.bytes == 4);
    tasks.start(wait_readable(c));
    c.round();
    CHECK_FALSE(c.finished);
    c.send("e");
    c.finish();
}

TEST_CASE("a deadline ends a read, and the stream can still be used") {
    Conversation c;
    TaskGroup tasks;
    char buffer[16];
    tasks.start(read(c, buffer, Deadline::after(5ms)));
    c.finish();
    CHECK(c.result.outcome == Outcome::timed_out);
    c.send("x");
    tasks.start(read(c, buffer));
    c.finish();
    CHECK(c.result.outcome == Outcome::done);
}

TEST_CASE("a large write goes on as the peer takes it, and arrives whole") {
    Conversation c;
    TaskGroup tasks;
    std::string sent(4 * 1024 * 1024, '\0');
    for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 31 + i / 251);
    tasks.start(write(c, sent, 10s));
    CHECK_FALSE(c.finished);
    const std::string received = drain(c, sent.size());
    c.finish();
    CHECK(c.result.bytes == sent.size());
    CHECK(received == sent);
}

TEST_CASE("several pieces arrive in order, empty ones too") {
    Conversation c;
    TaskGroup tasks;
    auto write_pieces = [](Conversation& on) -> Task<> {
        const std::string_view pieces[] = {"head ", "", "body ", "tail"};
        on.result = co_await on.stream->write_all(pieces, 1000ms);
        on.finished = true;
    };
    tasks.start(write_pieces(c));
    c.finish();
    char buffer[32];
    const ssize_t got = ::recv(c.peer.get(), buffer, sizeof buffer, 0);
    CHECK(std::string_view(buffer, static_cast<std::size_t>(got)) == "head body tail");
}

TEST_CASE("a peer that takes nothing runs out of the writer's patience") {
    Conversation c;
    TaskGroup tasks;
    const std::string sent(4 * 1024 * 1024, 'x');
    tasks.start(write(c, sent, 20ms));
    c.finish();
    CHECK(c.result.outcome == Outcome::timed_out);
    CHECK(c.result.bytes > 0);
    CHECK(c.result.bytes < sent.size());
}

TEST_CASE("a write to a peer that has gone fails without a signal") {
    Conversation c;
    TaskGroup tasks;
    c.peer.reset();
    tasks.start(write(c, "hello", 1000ms));
    c.finish();
    CHECK(c.result.outcome == Outcome::failed);
    CHECK(c.result.error == EPIPE);
}

TEST_CASE("cancel ends what waits and what follows") {
    Conversation c;
    TaskGroup tasks;
    char buffer[16];
    tasks.start(read(c, buffer));
    c.stream->cancel();
    c.finish();
    CHECK(c.result.outcome == Outcome::cancelled);
    tasks.start(write(c, "x", 1000ms));
    CHECK(c.result.outcome == Outcome::cancelled);
}

TEST_CASE("a coroutine destroyed while it waits is forgotten by its stream") {
    Conversation c;
    char buffer[16];
    {
        TaskGroup tasks;
        tasks.start(read(c, buffer, Deadline::after(5ms)));
    }
    c.send("x");
    c.round();
    c.loop.run_once(Deadline::after(10ms));
    CHECK_FALSE(c.finished);
}

TEST_CASE("a file is sent from its offset, and one that is too short is told") {
    Conversation c;
    TaskGroup tasks;
    const Fd file(check(::memfd_create("file", MFD_CLOEXEC), "memfd_create"));
    std::string content(1024 * 1024, '\0');
    for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i % 253);
    REQUIRE(::write(file.get(), content.data(), content.size()) ==
            static_cast<ssize_t>(content.size()));
    auto send = [](Conversation& on, const Fd& from, off_t offset, std::size_t count) -> Task<> {
        on.finished = false;
        on.result = co_await on.stream->send_file(from, offset, count, 10'000ms);
        on.finished = true;
    };
    tasks.start(send(c, file, 1000, content.size() - 1000));
    CHECK(drain(c, content.size() - 1000) == content.substr(1000));
    c.finish();
    CHECK(c.result.outcome == Outcome::done);

    tasks.start(send(c, file, static_cast<off_t>(content.size()) - 5, 100));
    c.finish();
    CHECK(c.result.outcome == Outcome::end);
    CHECK(c.result.bytes == 5);
}

TEST_CASE("whoever only writes hears once that the peer has ended, also when it has already") {
    Conversation c;
    int early = 0;
    c.stream->when_peer_ends([&] { ++early; });
    c.round();
    CHECK(early == 0);
    check(::shutdown(c.peer.get(), SHUT_WR), "shutdown");
    c.loop.run_once(Deadline::after(20s));
    c.peer.reset();
    c.loop.run_once(Deadline::after(20s));
    CHECK(early == 1);
    int late = 0;
    c.stream->when_peer_ends([&] { ++late; });
    CHECK(late == 1);
}

TEST_CASE("one read and one write may wait at the same time") {
    Conversation c;
    TaskGroup tasks;
    Transfer got;
    auto read_too = [](Conversation& on, std::span<char> into, Transfer& out) -> Task<> {
        out = co_await on.stream->read_some(into, Deadline::never());
    };
    char buffer[16];
    const std::string sent(4 * 1024 * 1024, 'x');
    tasks.start(read_too(c, buffer, got));
    tasks.start(write(c, sent, 10s));
    CHECK(tasks.size() == 2);
    c.send("both");
    CHECK(drain(c, sent.size()).size() == sent.size());
    c.finish();
    CHECK(got.bytes == 4);
    CHECK(tasks.size() == 0);
}
