#include "net/channel_link.hh"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <memory>
#include <string>
#include <vector>

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

namespace {

// A link on a loop, and the other end of its channel in our hand.
struct Ends {
    EventLoop loop;
    ChannelPair pair = make_channel();
    Channel& peer = pair.second;
    std::vector<std::string> heard;
    std::vector<Fd> descriptors;
    int closed = 0;
    std::unique_ptr<ChannelLink> link;

    explicit Ends(std::size_t most_queued = 1 << 20) {
        ChannelLink::Handlers handlers;
        handlers.on_message = [this](std::string_view message, Fd descriptor) {
            heard.emplace_back(message);
            if (descriptor) descriptors.push_back(std::move(descriptor));
        };
        handlers.on_closed = [this] { ++closed; };
        link = std::make_unique<ChannelLink>(loop, std::move(pair.first), std::move(handlers),
                                             most_queued);
    }
    void round() { loop.run_once(Deadline::after(1ms)); }
};

}  // namespace

TEST_CASE("messages and descriptors arrive as calls, in order") {
    Ends ends;
    const Pipe pipe = make_pipe();
    REQUIRE(ends.peer.send("one") == Channel::Result::done);
    REQUIRE(ends.peer.send("two", &pipe.reading) == Channel::Result::done);
    ends.round();
    CHECK(ends.heard == std::vector<std::string>{"one", "two"});
    REQUIRE(ends.descriptors.size() == 1);
    CHECK(::fcntl(ends.descriptors[0].get(), F_GETFD) != -1);
}

TEST_CASE("what the other end does not take waits, and arrives in order when it reads") {
    Ends ends;
    const std::string body(1000, 'x');
    for (int i = 0; i < 800; ++i) REQUIRE(ends.link->send(std::to_string(i) + body));
    CHECK(ends.link->queued_bytes() > 0);
    int next = 0;
    for (int rounds = 0; next < 800 && rounds < 10'000; ++rounds) {
        for (;;) {
            const Channel::Received received = ends.peer.receive();
            if (received.result != Channel::Result::done) break;
            CHECK(std::string(received.message) == std::to_string(next++) + body);
        }
        ends.round();
    }
    CHECK(next == 800);
    CHECK(ends.link->queued_bytes() == 0);
}

TEST_CASE("the queue has a bound, and the sender is told") {
    Ends ends(10'000);
    const std::string body(1000, 'x');
    int sent = 0;
    while (sent < 100'000 && ends.link->send(body)) ++sent;
    CHECK(sent < 100'000);
    CHECK(ends.link->queued_bytes() <= 10'000);
}

TEST_CASE("a message with a descriptor is not queued") {
    Ends ends;
    const Pipe pipe = make_pipe();
    const std::string body(1000, 'x');
    while (ends.link->queued_bytes() == 0) REQUIRE(ends.link->send(body));
    const std::size_t queued = ends.link->queued_bytes();
    CHECK_FALSE(ends.link->send("with", &pipe.reading));
    CHECK(ends.link->queued_bytes() == queued);
}

TEST_CASE("the end is told once, after the last message, and the loop does not spin on it") {
    Ends ends;
    REQUIRE(ends.peer.send("last") == Channel::Result::done);
    { const Channel gone = std::move(ends.pair.second); }
    ends.round();
    ends.round();
    CHECK(ends.heard == std::vector<std::string>{"last"});
    CHECK(ends.closed == 1);
    CHECK_FALSE(ends.link->send("anybody?"));
    const Deadline deadline = Deadline::after(20ms);
    int rounds = 0;
    while (!deadline.expired()) {
        ends.loop.run_once(deadline);
        ++rounds;
    }
    CHECK(rounds <= 2);
}

TEST_CASE("a link may be destroyed by its own handlers") {
    EventLoop loop;
    ChannelPair pair = make_channel();
    std::unique_ptr<ChannelLink> link;
    ChannelLink::Handlers handlers;
    handlers.on_message = [&](std::string_view, Fd) { link.reset(); };
    link = std::make_unique<ChannelLink>(loop, std::move(pair.first), std::move(handlers));
    REQUIRE(pair.second.send("one") == Channel::Result::done);
    REQUIRE(pair.second.send("two") == Channel::Result::done);
    loop.run_once(Deadline::after(1ms));
    CHECK(link == nullptr);
}
