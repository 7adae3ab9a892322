#include "net/parting.hh"

#include <thread>

#include "net/stream_under_test.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

Task<> part(Conversation& c, std::chrono::milliseconds patience) {
    c.finished = false;
    co_await part_from(*c.stream, patience);
    c.finished = true;
}

// How a peer's end comes, whose bytes were not read: 0 in order, else the errno.
int end_of(Conversation& c) {
    c.stream.reset();
    char byte = 0;
    return ::recv(c.peer.get(), &byte, 1, 0) == 0 ? 0 : errno;
}

}  // namespace

TEST_CASE(
    "a peer of which not all was read gets an end in order, and without the parting a reset") {
    for (const bool parts : {true, false}) {
        Conversation c(make_tcp_pair());
        TaskGroup tasks;
        c.send("more than anybody wants");
        if (parts) {
            ::shutdown(c.peer.get(), SHUT_WR);
            tasks.start(part(c, 10min));
            c.finish();
        }
        CHECK(end_of(c) == (parts ? 0 : ECONNRESET));
    }
}

TEST_CASE("our side ends at once, and the peer may still send") {
    Conversation c(make_tcp_pair());
    TaskGroup tasks;
    tasks.start(part(c, 10min));
    char byte = 0;
    CHECK(::recv(c.peer.get(), &byte, 1, 0) == 0);
    c.send("still here");
    c.round();
    CHECK_FALSE(c.finished);
    ::shutdown(c.peer.get(), SHUT_WR);
    c.finish();
}

TEST_CASE("a peer that does not end is waited for no longer than the patience") {
    Conversation c(make_tcp_pair());
    TaskGroup tasks;
    tasks.start(part(c, 1ms));
    c.finish();
}

TEST_CASE("a peer that sends on and on is read up to a bound") {
    Conversation c;
    TaskGroup tasks;
    std::size_t sent = 0;
    std::thread endless([&] {
        const std::string much(64 * 1024, 'x');
        for (ssize_t took = 0;
             (took = ::send(c.peer.get(), much.data(), much.size(), MSG_NOSIGNAL)) > 0;)
            sent += static_cast<std::size_t>(took);
    });
    tasks.start(part(c, 10min));
    while (!c.finished) c.loop.run_once();
    c.stream.reset();
    endless.join();
    CHECK(sent >= kMostDropped);
}
