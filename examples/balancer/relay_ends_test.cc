// How what passes through a relay ends: in order, by a reset, or because time is over.

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <string>

#include "net/socket_options.hh"
#include "relay_under_test.hh"

using namespace waymark;
using namespace waymark::balancer;

TEST_CASE("a reset is passed on as a reset, so that a part is not taken for the whole") {
    for (const bool by_client : {true, false}) {
        Conversation talk(Transfer::automatic);
        talk.begin();
        put(talk.client.outer, "a");
        put(talk.server.outer, "b");
        talk.turn_until([&] { return talk.to_server == 1 && talk.from_server == 1; });
        Fd& gone = by_client ? talk.client.outer : talk.server.outer;
        net::reset_on_close(gone);
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

TEST_CASE("a listener that delays nothing hands that on to its connections") {
    net::Listener listener(Address::parse("127.0.0.1:0"));
    net::send_without_delay(listener.fd());
    const auto client = net::connect_to(listener.address(), Deadline::after(60s));
    Fd accepted;
    while (!accepted) accepted = listener.accept_one().socket;
    int is_set = 0;
    socklen_t size = sizeof is_set;
    REQUIRE(::getsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &is_set, &size) == 0);
    CHECK(is_set != 0);
}

TEST_CASE("the last bytes and the end are one segment") {
    for (const std::size_t size : {6, 3000}) {
        CAPTURE(size);
        Conversation talk(Transfer::automatic);
        talk.begin();
        talk.turn();
        const std::uint32_t before = segments_to(talk.client.outer);
        const std::string answer(size, 'a');
        put(talk.server.outer, answer);
        REQUIRE(::shutdown(talk.server.outer.get(), SHUT_WR) == 0);
        std::string came;
        talk.turn_until([&] { return (came += heard(talk.client.outer)).ends_with('.'); });
        CHECK(came == answer + ".");
        CHECK(segments_to(talk.client.outer) == before + 1);
    }
}

TEST_CASE("a byte in either direction puts the idle time off") {
    for (const bool is_up : {true, false}) {
        CAPTURE(is_up);
        Conversation talk(Transfer::automatic, {.idle = 20ms, .total = 1h});
        talk.begin();
        const Fd& from = is_up ? talk.client.outer : talk.server.outer;
        // What is there before a round counts in it, so a machine that stands still decides
        // nothing.
        for (const Deadline later = Deadline::after(100ms); !later.expired();) {
            put(from, "x");
            talk.loop.run_once(Deadline::after(10ms));
            heard(is_up ? talk.server.outer : talk.client.outer);
        }
        CHECK_FALSE(talk.end.has_value());
        talk.turn_until([&] { return talk.end.has_value(); });
        CHECK(*talk.end == Relay::End::idle);
    }
}

TEST_CASE("bytes that move do not put the total time off") {
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
