// Memory that runs out where clients and messages come in: that client is hung up on, that message
// is lost, and the next one is served.

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "daemon/error.hh"
#include "net/acceptor.hh"
#include "net/channel_link.hh"
#include "net/clients_under_test.hh"
#include "net/connection_gate.hh"
#include "net/event_loop.hh"
#include "net/line_reader.hh"
#include "net/scarcity_under_test.hh"
#include "net/streams_under_test.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;
using scarcity::at_each_allocation;
using scarcity::Shortage;

namespace {

// A door whose calls need memory, also the one that says that there is none.
struct Door {
    EventLoop loop;
    std::vector<Fd> clients;
    std::vector<std::string> said;
    Acceptor acceptor{loop, Listener(Address::parse("127.0.0.1:0")),
                      [this](Fd socket, const Address& peer) {
                          said.push_back("welcome to our server, " + peer.to_string());
                          clients.push_back(std::move(socket));
                      },
                      [this](int error_number) {
                          said.push_back("cannot accept for now: " + error_text(error_number));
                      }};
};

}  // namespace

TEST_CASE("a client that there is no memory for is hung up on, and the next one comes in") {
    const int failures = at_each_allocation([](Shortage& shortage) {
        Door door;
        const Fd unlucky = connect_client(door.acceptor.listener().address());
        CHECK(shortage.during([&] {
            for (int rounds = 0; rounds < 3; ++rounds) door.loop.run_once(Deadline::after(0ms));
        }));
        CHECK(door.clients.size() == (shortage.has_failed() ? 0 : 1));
        if (shortage.has_failed()) {
            char byte = 0;
            CHECK(::recv(unlucky.get(), &byte, 1, MSG_DONTWAIT) == 0);
        }
        const std::size_t before = door.clients.size();
        const Fd next = connect_client(door.acceptor.listener().address());
        for (int rounds = 0; door.clients.size() == before && rounds < 2000; ++rounds)
            door.loop.run_once(Deadline::after(10ms));
        REQUIRE(door.clients.size() == before + 1);
    });
    CHECK(failures > 4);
}

TEST_CASE("an acceptor goes on when there is not even memory to say why epoll has no place") {
    const int failures = at_each_allocation([](Shortage& shortage) {
        Door door;
        door.acceptor.pause();
        scarcity::epoll_error = ENOMEM;
        CHECK(shortage.during([&] { door.acceptor.resume(); }));
        scarcity::epoll_error = 0;
        const Fd client = connect_client(door.acceptor.listener().address());
        for (int rounds = 0; door.clients.empty() && rounds < 2000; ++rounds)
            door.loop.run_once(Deadline::after(10ms));
        REQUIRE(door.clients.size() == 1);
    });
    CHECK(failures > 2);
}

TEST_CASE("a client that a gate has no memory for takes no place") {
    const int failures = at_each_allocation([](Shortage& shortage) {
        ConnectionGate gate({.soft = 2, .hard = 2, .per_network = 1, .early_drop = {}});
        const Address peer = Address::parse("192.0.2.1:1");
        ConnectionGate::Slot first = gate.enter(Address::parse("192.0.2.2:1")).slot;
        ConnectionGate::Slot slot;
        shortage.during([&] { slot = gate.enter(peer).slot; });
        CHECK(static_cast<bool>(slot) != shortage.has_failed());
        const std::size_t inside = slot ? 2 : 1;
        CHECK(gate.count() == inside);
        CHECK(gate.networks() == inside);
        // To leave needs none.
        CHECK(shortage.during([&] { slot = ConnectionGate::Slot(); }));
        CHECK(gate.networks() == 1);
        CHECK(gate.enter(peer).admission == Admission::wait);
    });
    CHECK(failures > 0);
}

TEST_CASE("a link that there is no memory for closes its channel, and the loop goes on") {
    const int failures = at_each_allocation([](Shortage& shortage) {
        EventLoop loop;
        ChannelPair pair = make_channel();
        ChannelPair other = make_channel();
        std::string heard;
        heard.reserve(100);
        const ChannelLink::Handlers handlers{
            .on_message = [&heard](std::string_view message, Fd) { heard += message; },
            .on_closed = {}};
        ChannelLink steady(loop, std::move(other.first), handlers);
        std::unique_ptr<ChannelLink> link;
        shortage.during([&] {
            Channel channel = std::move(pair.first);
            link = std::make_unique<ChannelLink>(loop, std::move(channel), handlers);
        });
        CHECK((link == nullptr) == shortage.has_failed());
        const auto sent = pair.second.send("one ");
        CHECK((sent == Channel::Result::closed) == shortage.has_failed());
        CHECK(other.second.send("two") == Channel::Result::done);
        CHECK(shortage.during([&] { loop.run_once(Deadline::after(0ms)); }));
        CHECK(heard == (link ? "one two" : "two"));
    });
    CHECK(failures > 0);
}

TEST_CASE("a message that a link has no memory for is lost whole, and the others arrive") {
    const int failures = at_each_allocation([](Shortage& shortage) {
        EventLoop loop;
        ChannelPair pair = make_channel();
        ChannelLink link(loop, std::move(pair.first), {});
        const std::string body(1000, 'x');
        std::vector<int> expected;
        int next = 0;
        while (link.queued_bytes() == 0) {
            REQUIRE(link.send(std::to_string(next) + body));
            expected.push_back(next++);
        }
        const std::string unlucky = std::to_string(next) + body;
        bool was_queued = false;
        shortage.during([&] { was_queued = link.send(unlucky); });
        if (was_queued) expected.push_back(next);
        ++next;
        REQUIRE(link.send(std::to_string(next) + body));
        expected.push_back(next);
        std::vector<int> came;
        for (int rounds = 0; came.size() < expected.size() && rounds < 10'000; ++rounds) {
            for (;;) {
                const Channel::Received got = pair.second.receive();
                if (got.result != Channel::Result::done) break;
                CHECK(got.message.ends_with(body));
                came.push_back(std::stoi(std::string(got.message)));
            }
            loop.run_once(Deadline::after(0ms));
        }
        CHECK(came == expected);
        CHECK(link.queued_bytes() == 0);
    });
    CHECK(failures > 0);
}

TEST_CASE("a line that there is no memory for is read when there is some") {
    const int failures = at_each_allocation([](Shortage& shortage) {
        SocketPair pair = make_socket_pair(SOCK_STREAM);
        LineReader reader(pair.first);
        const std::string first(100, 'a');
        const std::string second(5000, 'b');
        put(pair.second, first + "\n" + second + "\n");
        for (const std::string& expected : {first, second}) {
            std::string line;
            const auto read = [&] {
                return reader.read_line(line, 10'000, long_deadline()).status == IoStatus::done;
            };
            if (!shortage.during(read)) REQUIRE(read());
            CHECK(line == expected);
        }
    });
    CHECK(failures > 1);
}
