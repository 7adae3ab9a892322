#include "relay.hh"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <string>
#include <string_view>

#include "relay_under_test.hh"

using namespace waymark;
using namespace waymark::balancer;

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
