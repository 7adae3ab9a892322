#include "net/outgoing_queue.hh"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "net/stream_under_test.hh"

using namespace waymark;
using net::EventLoop;
using net::OutgoingQueue;
using End = OutgoingQueue::End;
using Limits = OutgoingQueue::Limits;
using std::chrono::milliseconds;

namespace {

// A client over TCP, with a small window.
struct Client {
    explicit Client(EventLoop& loop, Limits limits = {}) {
        daemon::SocketPair pair = net::make_tcp_pair();
        net::set_send_buffer(pair.first, 1);
        peer = std::move(pair.second);
        OutgoingQueue::Calls calls;
        calls.notice = [](std::size_t dropped) { return std::to_string(dropped) + " dropped\n"; };
        calls.on_room = [this] {
            ++rooms;
            at_room();
        };
        calls.on_end = [this](End why) { ends.push_back(why); };
        queue =
            std::make_unique<OutgoingQueue>(loop, std::move(pair.first), limits, std::move(calls));
    }

    bool push(const std::string& message) {
        const bool taken = queue->push(message);
        if (taken) expected += message;
        return taken;
    }
    // What is there, at most so much; false at the end.
    bool read(std::size_t most = 100'000) {
        std::string part(most, '\0');
        const ssize_t count = ::recv(peer.get(), part.data(), part.size(), MSG_DONTWAIT);
        if (count > 0) came += part.substr(0, static_cast<std::size_t>(count));
        return count != 0;
    }
    // Runs the loop and reads until so many bytes have come; each round waits for the kernel.
    void read_until(EventLoop& loop, std::size_t bytes) {
        while (came.size() < bytes && ends.empty()) {
            loop.run_once(daemon::Deadline::after(milliseconds(1)));
            read();
        }
    }

    daemon::Fd peer;
    std::string expected;
    std::string came;
    int rooms = 0;
    std::vector<End> ends;
    std::function<void()> at_room = [] {};
    std::unique_ptr<OutgoingQueue> queue;
};

std::string message(int number, std::size_t length) {
    std::string text = std::to_string(number) + ":";
    text.resize(length, static_cast<char>('a' + number % 26));
    text.back() = '\n';
    return text;
}

}  // namespace

TEST_CASE("500 large messages in a burst to a slow client come whole and in order") {
    EventLoop loop;
    Client client(loop, {.messages = 500, .bytes = 4'000'000});
    for (int i = 0; i < 500; ++i) REQUIRE(client.push(message(i, 4'000 + i % 777)));
    CHECK(client.queue->messages() == 500);
    client.read_until(loop, client.expected.size());
    CHECK(client.came == client.expected);
    CHECK(client.queue->messages() == 0);
    CHECK(client.queue->bytes() == 0);
    CHECK(client.rooms == 0);
}

TEST_CASE("what is dropped is told in its place and the producer hears of room") {
    EventLoop loop;
    Client client(loop, {.messages = 10, .bytes = 10'000'000});
    const std::string large(500'000, 'x');
    for (int i = 0; i < 10; ++i) CHECK(client.push(large));
    for (int i = 0; i < 7; ++i) CHECK_FALSE(client.push(large));
    client.at_room = [&] {
        client.expected += "7 dropped\n";
        CHECK(client.push("after the gap\n"));
    };
    client.read_until(loop, 10 * large.size() + 24);
    CHECK(client.came == client.expected);
    CHECK(client.rooms == 1);
}

TEST_CASE("one client's silence costs another nothing") {
    EventLoop loop;
    Client silent(loop, {.messages = 100, .bytes = 100'000'000});
    Client other(loop);
    for (int i = 0; i < 100; ++i) silent.push(std::string(100'000, 'x'));
    for (int i = 0; i < 100; ++i) other.push(message(i, 1'000));
    other.read_until(loop, other.expected.size());
    CHECK(other.came == other.expected);
    CHECK(silent.queue->messages() > 0);
}

TEST_CASE("a reset ends the client that it concerns") {
    EventLoop loop;
    Client client(loop);
    Client other(loop);
    net::reset_on_close(client.peer);
    client.peer.reset();
    while (client.ends.empty()) loop.run_once();
    CHECK(client.ends == std::vector<End>{End::broken});
    CHECK_FALSE(client.queue->is_open());
    CHECK_FALSE(client.push("too late\n"));
    other.push("hello\n");
    other.read_until(loop, 6);
    CHECK(other.came == "hello\n");
}

TEST_CASE("a client that takes nothing is given up") {
    EventLoop loop;
    Client client(loop, {.messages = 10, .bytes = 100'000'000, .patience = milliseconds(30)});
    client.push(std::string(50'000'000, 'x'));
    while (client.ends.empty()) loop.run_once();
    CHECK(client.ends == std::vector<End>{End::too_slow});
    CHECK(client.queue->messages() == 1);
    while (client.read()) continue;
}

TEST_CASE("a queue that is destroyed while something waits is gone for the loop") {
    EventLoop loop;
    Client client(loop);
    client.push("hello\n");
    client.queue.reset();
    loop.run_once(daemon::Deadline::after(milliseconds(0)));
    CHECK_FALSE(client.read());
    CHECK(client.ends.empty());
}
