#include "net/outgoing_queue.hh"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
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
        number = pair.first.get();
        peer = std::move(pair.second);
        OutgoingQueue::Calls calls;
        calls.notice = [this](std::size_t dropped) { return at_notice(dropped); };
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

    int number = -1;  // of the queue's socket
    daemon::Fd peer;
    std::string expected;
    std::string came;
    int rooms = 0;
    std::vector<End> ends;
    std::function<void()> at_room = [] {};
    std::function<std::string(std::size_t)> at_notice = [](std::size_t dropped) {
        return std::to_string(dropped) + " dropped\n";
    };
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

TEST_CASE("the kernel is asked once more before a client is given up") {
    EventLoop loop;
    daemon::SocketPair pair = daemon::make_socket_pair(SOCK_STREAM);
    const std::string filling(4096, '#');
    while (::send(pair.first.get(), filling.data(), filling.size(), MSG_DONTWAIT) > 0) continue;
    char bytes[8192];
    REQUIRE(::recv(pair.second.get(), bytes, sizeof bytes, 0) == 8192);
    // There is room now, and not enough for EPOLLOUT.
    pollfd ready{pair.first.get(), POLLOUT, 0};
    REQUIRE(::poll(&ready, 1, 0) == 0);
    std::vector<End> ends;
    OutgoingQueue::Calls calls;
    calls.notice = [](std::size_t) { return "dropped\n"; };
    calls.on_end = [&](End why) { ends.push_back(why); };
    OutgoingQueue queue(loop, std::move(pair.first), {.patience = milliseconds(1)}, calls);
    for (int i = 0; i < 100; ++i) queue.push(std::string(10'000, 'x'));
    while (ends.empty()) loop.run_once();
    CHECK(ends == std::vector<End>{End::too_slow});
    CHECK(queue.bytes() < 1'000'000);
}

TEST_CASE("a notice that throws is asked for again") {
    EventLoop loop;
    Client client(loop, {.messages = 1});
    int calls = 0;
    client.at_notice = [&](std::size_t dropped) {
        if (++calls == 1) throw std::runtime_error("no memory");
        return std::to_string(dropped) + " dropped\n";
    };
    client.push("hello\n");
    CHECK_FALSE(client.push("dropped\n"));
    CHECK_THROWS_AS(loop.run_once(), std::runtime_error);
    client.read_until(loop, 16);
    CHECK(client.came == "hello\n1 dropped\n");
    CHECK(client.rooms == 1);
}

TEST_CASE("a notice above half of the bound leaves less for the messages and does no more") {
    EventLoop loop;
    Client client(loop, {.bytes = 10});
    client.at_notice = [](std::size_t) { return std::string(50, 'n'); };
    client.at_room = [&] {
        CHECK(client.queue->bytes() == 50);
        CHECK_FALSE(client.push("x"));
    };
    CHECK_FALSE(client.push(std::string(11, 'x')));
    loop.run_once();
    CHECK(client.rooms == 1);
}

TEST_CASE("a TCP client that has closed is known when something is sent to it") {
    EventLoop loop;
    Client client(loop);
    client.peer.reset();
    pollfd ended{client.number, POLLRDHUP, 0};
    REQUIRE(::poll(&ended, 1, -1) == 1);
    loop.run_once(daemon::Deadline::after(milliseconds(0)));
    CHECK(client.ends.empty());
    client.push("hello\n");
    while (client.ends.empty()) loop.run_once();
    CHECK(client.ends == std::vector<End>{End::broken});
}

TEST_CASE("who is told of the end may destroy the queue and go on") {
    EventLoop loop;
    daemon::SocketPair pair = daemon::make_socket_pair(SOCK_STREAM);
    std::unique_ptr<OutgoingQueue> queue;
    OutgoingQueue::Calls calls;
    std::string who;
    calls.notice = [](std::size_t) { return "dropped\n"; };
    calls.on_end = [&, name = std::string("a name that does not fit into its object")](End) {
        queue.reset();
        who = name;
    };
    queue =
        std::make_unique<OutgoingQueue>(loop, std::move(pair.first), Limits{}, std::move(calls));
    pair.second.reset();
    loop.run_once();
    CHECK(who == "a name that does not fit into its object");
}
