#include "back_ends.hh"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "daemon/error.hh"

using waymark::balancer::BackEnd;
using waymark::balancer::BackEnds;
using waymark::balancer::BackEndText;
using waymark::balancer::cause_text;
using waymark::balancer::Health;
using waymark::balancer::kHeaviest;
using waymark::balancer::make_policy;
using waymark::daemon::Log;
using waymark::daemon::LogTarget;
using waymark::daemon::UsageError;
using waymark::net::Address;
using waymark::net::ConnectResult;
using waymark::net::ConnectStatus;
using waymark::net::EventLoop;
using namespace std::chrono_literals;

namespace {

struct Fixture {
    EventLoop loop;
    Log log{{.target = LogTarget::file, .path = "/dev/null"}};
    BackEnds back_ends{loop, log, make_policy("round-robin"), {.fall = 2, .rise = 1}};

    std::shared_ptr<BackEnd> add(const std::string& text) {
        return back_ends.add(BackEndText::parse(text), {Address::parse("127.0.0.1:80")});
    }
    std::string choose(std::vector<std::uint64_t> tried = {}) {
        const auto chosen = back_ends.choose(Address::parse("192.0.2.1:1").network_key(), tried);
        return chosen ? chosen->name() : "";
    }
    // Whom the next clients go to.
    std::string choices(int count) {
        std::string names;
        for (int i = 0; i < count; ++i) names += choose().substr(0, 1);
        return names;
    }
};

ConnectResult failed(ConnectStatus status, int error_number) {
    const Address address = Address::parse("192.0.2.1:80");
    return {status, {}, {}, {{address, status, error_number}}};
}

}  // namespace

TEST_CASE("a back end is a host, a port and perhaps a weight") {
    struct Row {
        std::string text;
        std::string name;
        unsigned weight;
    };
    for (const Row& row : std::vector<Row>{{"127.0.0.1:80", "127.0.0.1:80", 1},
                                           {"web.example:80,weight=3", "web.example:80", 3},
                                           {"[::1]:80,weight=1000", "[::1]:80", kHeaviest},
                                           {"unix:/run/web,weight=2", "unix:/run/web", 2}}) {
        const BackEndText read = BackEndText::parse(row.text);
        CHECK(read.name == row.name);
        CHECK(read.weight == row.weight);
    }
}

TEST_CASE("other texts are refused with what is wrong") {
    for (const std::string text :
         {"", "web", ":80", "web:", "web:0", "web:65536", "web:-1", "web:80,",
          "web:80,weight=", "web:80,weight=0", "web:80,weight=1001", "web:80,weight=3x",
          "web:80,weight=+3", "web:80,weight= 3", "web:80,heavy", "web:80,weight=1,weight=2"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(BackEndText::parse(text), UsageError);
    }
    try {
        BackEndText::parse("web:80,weight=0");
    } catch (const UsageError& error) {
        CHECK(std::string(error.what()) ==
              "\"web:80,weight=0\": a weight is a number from 1 to 1000");
    }
}

TEST_CASE("clients go to those that are up, by their weights") {
    Fixture fixture;
    fixture.add("a:1,weight=2");
    fixture.add("b:1");
    CHECK(fixture.choices(6) == "abaaba");
}

TEST_CASE("one that was tried for this client is not chosen again") {
    Fixture fixture;
    const auto a = fixture.add("a:1");
    const auto b = fixture.add("b:1");
    CHECK(fixture.choose({a->id()}) == "b:1");
    CHECK(fixture.choose({a->id(), b->id()}) == "");
}

TEST_CASE("one that is down has no clients until a probe wakes it") {
    Fixture fixture;
    const auto a = fixture.add("a:1");
    fixture.add("b:1");
    fixture.back_ends.connected(*a, false, "refused");
    CHECK(a->state_text() == "up");
    fixture.back_ends.probed(*a, false, "refused");
    CHECK(a->state_text() == "down");
    CHECK(fixture.choices(3) == "bbb");
    fixture.back_ends.probed(*a, true, "");
    CHECK(a->state_text() == "up");
    CHECK(fixture.choices(2) == "ab");
    CHECK(a->counters.probes == 2);
    CHECK(a->counters.failed_probes == 1);
}

TEST_CASE(
    "one that drains has nobody new, keeps those who are there, and is seen when it is empty") {
    Fixture fixture;
    const auto a = fixture.add("a:1");
    fixture.add("b:1");
    std::optional<BackEnd::Use> first, second;
    first.emplace(a);
    second.emplace(a);
    fixture.back_ends.drain("a:1");
    CHECK(a->state_text() == "draining");
    CHECK(fixture.choices(2) == "bb");
    first.reset();
    CHECK(a->state_text() == "draining");
    second.reset();
    CHECK(a->state_text() == "drained");
    fixture.back_ends.undrain("a:1");
    CHECK(a->state_text() == "up");
    CHECK(fixture.choices(2) == "ab");
}

TEST_CASE("one that was removed leaves when its last connection has ended") {
    Fixture fixture;
    fixture.add("a:1");
    const auto b = fixture.add("b:1");
    std::optional<BackEnd::Use> use;
    use.emplace(b);
    fixture.back_ends.remove("b:1");
    CHECK(b->state_text() == "leaving");
    CHECK(fixture.choices(2) == "aa");
    CHECK(fixture.back_ends.all().size() == 2);
    CHECK_FALSE(fixture.back_ends.has("b:1"));
    const auto again = fixture.add("b:1");
    CHECK(again->id() != b->id());
    use.reset();
    CHECK(fixture.back_ends.all().size() == 2);
    fixture.back_ends.remove("a:1");
    CHECK(fixture.back_ends.all().size() == 1);
    CHECK(fixture.back_ends.all().front() == again);
}

TEST_CASE("a name is there once, an unknown one is refused, and there are not more than so many") {
    Fixture fixture;
    fixture.add("a:1");
    CHECK_THROWS_AS(fixture.add("a:1,weight=3"), UsageError);
    CHECK_THROWS_AS(fixture.back_ends.drain("b:1"), UsageError);
    CHECK_THROWS_AS(fixture.back_ends.remove("b:1"), UsageError);
    for (std::size_t i = 1; i < BackEnds::kMost; ++i) fixture.add("b:" + std::to_string(i));
    CHECK_THROWS_AS(fixture.add("c:1"), UsageError);
    CHECK(fixture.back_ends.all().size() == BackEnds::kMost);
}

TEST_CASE("whoever probes hears of each that is added") {
    Fixture fixture;
    std::vector<std::string> heard;
    fixture.back_ends.when_added([&](const auto& one) { heard.push_back(one->name()); });
    fixture.add("a:1");
    fixture.add("b:1");
    CHECK(heard == std::vector<std::string>{"a:1", "b:1"});
}

TEST_CASE("the causes of a failed connection are counted and told apart") {
    EventLoop loop;
    BackEnd back_end(loop, 1, BackEndText::parse("a:1"), {}, Health::Settings{});
    for (const auto status : {ConnectStatus::refused, ConnectStatus::timed_out,
                              ConnectStatus::timed_out, ConnectStatus::unreachable})
        back_end.count_failure(status);
    CHECK(back_end.counters.refused == 1);
    CHECK(back_end.counters.timed_out == 2);
    CHECK(back_end.counters.unreachable == 1);
    CHECK(back_end.counters.failures() == 4);

    CHECK(cause_text(failed(ConnectStatus::refused, ECONNREFUSED), 1500ms) ==
          "refused, nobody listens there (192.0.2.1:80: Connection refused)");
    CHECK(cause_text(failed(ConnectStatus::timed_out, ETIMEDOUT), 1500ms) ==
          "no answer in 1500 ms, its packets are dropped or its queue is full "
          "(192.0.2.1:80: Connection timed out)");
    CHECK(cause_text(failed(ConnectStatus::unreachable, EHOSTUNREACH), 1500ms) ==
          "unreachable, no way leads there (192.0.2.1:80: No route to host)");
    CHECK(cause_text(failed(ConnectStatus::unusable, EADDRNOTAVAIL), 1500ms) ==
          "this machine cannot connect (192.0.2.1:80: Cannot assign requested address)");
}
