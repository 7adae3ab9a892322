#include "relay.hh"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <string>

#include "daemon/fd.hh"
#include "net/connect.hh"
#include "net/listener.hh"
#include "net/socket_options.hh"
#include "net/task_group.hh"

using waymark::balancer::ReadySocket;
using waymark::balancer::Relay;
using waymark::balancer::RelayStore;
using waymark::balancer::Transfer;
using waymark::balancer::Wake;
using waymark::daemon::Deadline;
using waymark::daemon::Fd;
using waymark::net::Address;
using waymark::net::EventLoop;
using waymark::net::Task;
using waymark::net::TaskGroup;
using namespace std::chrono_literals;

namespace {

struct Pair {
    Fd outer;  // what a client, or a server, has
    Fd inner;  // what the relay has
};

// Connected TCP sockets, both non-blocking.
Pair connected() {
    waymark::net::Listener listener(Address::parse("127.0.0.1:0"));
    auto result = waymark::net::connect_to(listener.address(), Deadline::after(60s),
                                           waymark::net::SocketMode::nonblocking);
    Fd inner;
    while (!inner) inner = listener.accept_one().socket;
    return {std::move(result.socket), std::move(inner)};
}

// A client and a server with a relay between them, on a loop that the test turns by hand.
struct Conversation {
    explicit Conversation(Transfer transfer,
                          const Relay::Times& its_times = {.idle = 1h, .total = 1h})
        : store(transfer), times(its_times) {}

    void begin(std::string first = {}) { tasks.start(run(std::move(first))); }

    Task<void> run(std::string first) {
        Wake wake(loop);
        ReadySocket near(loop, std::move(client.inner), ReadySocket::Kind::tcp, wake);
        ReadySocket far(loop, std::move(server.inner), ReadySocket::Kind::tcp, wake);
        Relay its_relay(loop, wake, near, far, store, {to_server, from_server}, times);
        its_relay.send_first(std::move(first));
        relay = &its_relay;
        const Relay::End its_end = co_await its_relay.run();
        relay = nullptr;
        end = its_end;
    }

    // Rounds until nothing is ready for a moment.
    void turn() {
        for (int i = 0; i < 50; ++i) loop.run_once(Deadline::after(1ms));
    }
    template <class Condition>
    void turn_until(const Condition& condition) {
        const Deadline patience = Deadline::after(60s);
        bool is_so = condition();
        while (!is_so && !patience.expired()) {
            loop.run_once(Deadline::after(10ms));
            is_so = condition();
        }
        REQUIRE(is_so);
    }

    EventLoop loop;
    RelayStore store;
    Relay::Times times;
    Pair client = connected();
    Pair server = connected();
    std::uint64_t to_server = 0;
    std::uint64_t from_server = 0;
    Relay* relay = nullptr;
    std::optional<Relay::End> end;
    TaskGroup tasks;
};

void put(const Fd& socket, std::string_view bytes) {
    REQUIRE(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
}

// What is there, up to the end, which adds ".", or a reset, which adds "!".
std::string heard(const Fd& socket) {
    std::string all;
    char piece[65536];
    for (;;) {
        const ssize_t got = ::recv(socket.get(), piece, sizeof piece, 0);
        if (got == -1) return errno == EAGAIN ? all : all + "!";
        if (got == 0) return all + ".";
        all.append(piece, static_cast<std::size_t>(got));
    }
}

// Sends until nobody takes more for a while; so many bytes went in.
std::size_t stuff(Conversation& talk, const Fd& socket) {
    const std::string block(65536, 'x');
    std::size_t sent = 0;
    for (int quiet = 0; quiet < 20;) {
        const ssize_t put = ::send(socket.get(), block.data(), block.size(), MSG_NOSIGNAL);
        if (put > 0) sent += static_cast<std::size_t>(put);
        quiet = put > 0 ? 0 : quiet + 1;
        talk.loop.run_once(Deadline::after(2ms));
    }
    return sent;
}

}  // namespace

TEST_CASE("bytes pass in both directions, then each end by itself") {
    for (const Transfer transfer : {Transfer::copy, Transfer::splice, Transfer::automatic}) {
        Conversation talk(transfer);
        talk.begin();
        put(talk.client.outer, "question");
        talk.turn_until([&] { return talk.to_server == 8; });
        CHECK(heard(talk.server.outer) == "question");

        ::shutdown(talk.client.outer.get(), SHUT_WR);
        std::string seen;
        talk.turn_until([&] { return (seen = heard(talk.server.outer)) != ""; });
        CHECK(seen == ".");
        // The client has said its last word; the answer still comes.
        CHECK_FALSE(talk.end.has_value());
        put(talk.server.outer, "answer");
        talk.turn_until([&] { return talk.from_server == 6; });
        CHECK(heard(talk.client.outer) == "answer");
        ::shutdown(talk.server.outer.get(), SHUT_WR);
        talk.turn_until([&] { return talk.end.has_value(); });
        CHECK(*talk.end == Relay::End::finished);
        CHECK(heard(talk.client.outer) == ".");
    }
}

TEST_CASE("what is to go first goes before the client's bytes") {
    Conversation talk(Transfer::automatic);
    put(talk.client.outer, "client");
    talk.begin("first ");
    talk.turn_until([&] { return talk.to_server == 12; });
    CHECK(heard(talk.server.outer) == "first client");
}

TEST_CASE("megabytes arrive whole and in order in both directions at once, by each way") {
    for (const Transfer transfer : {Transfer::copy, Transfer::splice, Transfer::automatic}) {
        Conversation talk(transfer);
        talk.begin();
        std::string sent(5'000'000, '\0');
        for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 31 >> 3);
        std::size_t up = 0, down = 0;
        std::string at_server, at_client;
        talk.turn_until([&] {
            const auto push = [&](const Fd& socket, std::size_t& done) {
                const ssize_t put =
                    ::send(socket.get(), sent.data() + done, sent.size() - done, MSG_NOSIGNAL);
                if (put > 0) done += static_cast<std::size_t>(put);
                if (done == sent.size()) ::shutdown(socket.get(), SHUT_WR);
            };
            if (up < sent.size()) push(talk.client.outer, up);
            if (down < sent.size()) push(talk.server.outer, down);
            at_server += heard(talk.server.outer);
            at_client += heard(talk.client.outer);
            return talk.end && at_server.ends_with('.') && at_client.ends_with('.');
        });
        CHECK(*talk.end == Relay::End::finished);
        CHECK(at_server.substr(0, sent.size()) == sent);
        CHECK(at_client.substr(0, sent.size()) == sent);
        CHECK(talk.to_server == sent.size());
        CHECK(talk.from_server == sent.size());
    }
}

TEST_CASE("a reader that takes nothing holds up its sender, and not more than a buffer is kept") {
    for (const Transfer transfer : {Transfer::copy, Transfer::splice, Transfer::automatic}) {
        Conversation talk(transfer);
        talk.begin();
        stuff(talk, talk.client.outer);
        REQUIRE(talk.relay != nullptr);
        CHECK(talk.relay->held() > 0);
        CHECK(talk.relay->held() <= RelayStore::kBufferBytes);
        // The sender is held up: its kernel takes nothing more.
        CHECK(::send(talk.client.outer.get(), "x", 1, MSG_NOSIGNAL) == -1);
        // And the reader gets all of it when it reads.
        std::size_t taken = 0;
        talk.turn_until([&] {
            taken += heard(talk.server.outer).size();
            return talk.relay->held() == 0;
        });
        CHECK(taken > 0);
    }
}

TEST_CASE("a reset is passed on as a reset, so that a part is not taken for the whole") {
    for (const bool by_client : {true, false}) {
        Conversation talk(Transfer::automatic);
        talk.begin();
        put(talk.client.outer, "a");
        put(talk.server.outer, "b");
        talk.turn_until([&] { return talk.to_server == 1 && talk.from_server == 1; });
        Fd& gone = by_client ? talk.client.outer : talk.server.outer;
        waymark::net::reset_on_close(gone);
        gone.reset();
        talk.turn_until([&] { return talk.end.has_value(); });
        CHECK(*talk.end == (by_client ? Relay::End::client_broke : Relay::End::back_end_broke));
        const Fd& other = by_client ? talk.server.outer : talk.client.outer;
        CHECK(heard(other) == (by_client ? "a!" : "b!"));
    }
}

TEST_CASE("an answer before the end of the question arrives, though nobody reads the question") {
    Conversation talk(Transfer::automatic, {.idle = 1h, .total = 1h, .parting = 50ms});
    talk.begin();
    put(talk.client.outer, "a long question");
    talk.turn_until([&] { return talk.to_server == 15; });
    heard(talk.server.outer);
    put(talk.server.outer, "no");
    talk.server.outer.reset();  // in order: all that it was sent is read
    std::string answer;
    talk.turn_until([&] {
        answer += heard(talk.client.outer);
        return answer.ends_with('.');
    });
    CHECK(answer == "no.");
    // It goes on sending; that meets a reset, is thrown away, and is soon over.
    ::send(talk.client.outer.get(), "more", 4, MSG_NOSIGNAL);
    talk.turn();
    ::send(talk.client.outer.get(), "more", 4, MSG_NOSIGNAL);
    talk.turn_until([&] { return talk.end.has_value(); });
    CHECK(*talk.end == Relay::End::finished);
}

TEST_CASE("nothing moves for the idle time, and both are reset") {
    Conversation talk(Transfer::automatic, {.idle = 20ms, .total = 1h});
    talk.begin();
    talk.turn_until([&] { return talk.end.has_value(); });
    CHECK(*talk.end == Relay::End::idle);
    CHECK(heard(talk.client.outer) == "!");
    CHECK(heard(talk.server.outer) == "!");
}

TEST_CASE("bytes that move put the idle time off, but not the total one") {
    Conversation talk(Transfer::automatic, {.idle = 1h, .total = 30ms});
    talk.begin();
    talk.turn_until([&] {
        ::send(talk.client.outer.get(), "x", 1, MSG_NOSIGNAL);
        heard(talk.server.outer);
        return talk.end.has_value();
    });
    CHECK(*talk.end == Relay::End::too_long);
}

TEST_CASE("a relay that is destroyed in the middle resets both") {
    Conversation talk(Transfer::automatic);
    talk.begin();
    put(talk.server.outer, "half an answ");
    talk.turn_until([&] { return talk.from_server == 12; });
    talk.tasks.destroy_all();
    CHECK(heard(talk.client.outer) == "half an answ!");
    CHECK(heard(talk.server.outer) == "!");
}

TEST_CASE("an idle direction holds no pipe, and pipes that are kept are few") {
    RelayStore store(Transfer::splice);
    std::vector<std::unique_ptr<waymark::daemon::Pipe>> taken;
    for (std::size_t i = 0; i < RelayStore::kMostIdlePipes + 5; ++i)
        taken.push_back(store.take_pipe());
    for (auto& pipe : taken) store.give_back(std::move(pipe));
    CHECK(store.idle_pipes() == RelayStore::kMostIdlePipes);

    Conversation talk(Transfer::splice);
    talk.begin();
    put(talk.client.outer, "question");
    talk.turn_until([&] { return talk.to_server == 8; });
    talk.turn();
    CHECK(talk.store.idle_pipes() > 0);
}
