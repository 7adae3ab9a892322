// What a run's stream says of its sockets.

#include "slides/server/socket_watch.hh"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "slides/server/watched_run.hh"

using namespace waymark::slides;
using nlohmann::json;
using test::Message;
using test::plan;
using test::Watched;

namespace {

// What the events so far add up to, by id.
class Sum {
  public:
    void hear(const Message& message) {
        if (message.name != "sockets") return;
        for (const json& id : message.data.value("gone", json::array())) sockets_.erase(id);
        for (const json& each : message.data["sockets"]) sockets_[each["id"]] = each;
    }
    std::size_t count(const std::function<bool(const json&)>& wanted) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(sockets_, [&](const auto& each) { return wanted(each.second); }));
    }
    std::size_t in_state(std::string_view state) const {
        return count([&](const json& each) { return each["state"] == state; });
    }
    std::size_t size() const { return sockets_.size(); }

  private:
    std::map<json, json> sockets_;
};

// Those who wait are in the queue, and no process has them.
std::size_t count_queued(const Sum& sum) {
    return sum.count(
        [](const json& each) { return each["state"] == "ESTABLISHED" && each["holders"].empty(); });
}
std::size_t count_paired(const Sum& sum) {
    return sum.count(
        [](const json& each) { return each["protocol"] == "unix" && each.contains("pair"); });
}

Watched watch(const std::string& name) {
    RunPlan wanted = plan(name, std::chrono::minutes(4));
    wanted.shown = parse_shown_facts("sockets");
    return Watched(wanted);
}

bool until_sum(Watched& run, Sum& sum, const std::function<bool()>& wanted) {
    return run.until([&](const Message& message) {
        sum.hear(message);
        return wanted();
    });
}

FoundSocket socket_in(std::string_view state, std::uint64_t inode, std::string local = {}) {
    FoundSocket socket;
    socket.facts.protocol = "tcp";
    socket.facts.state = state;
    socket.facts.local = std::move(local);
    socket.facts.inode = inode;
    if (inode != 0) socket.holders.push_back({1, static_cast<int>(inode)});
    return socket;
}

FoundSocket connection(int local, int peer, std::uint64_t inode) {
    FoundSocket socket = socket_in("ESTABLISHED", inode, "127.0.0.1:" + std::to_string(local));
    socket.facts.peer = "127.0.0.1:" + std::to_string(peer);
    return socket;
}

struct Told {
    std::vector<json> events;
    SocketWatch watch{[this](std::string_view name, json data, SocketWatch::Clock::time_point) {
                          CHECK(name == "sockets");
                          events.push_back(std::move(data));
                      },
                      "/gate"};
};

}  // namespace

TEST_CASE("a full accept queue: how many wait, of how many, and who gets no answer") {
    Watched run = watch("d-backlog");
    Sum sum;
    REQUIRE(until_sum(run, sum, [&] {
        return !run.all("step").empty() && sum.in_state("SYN_SENT") == 2 &&
               count_queued(sum) == 2 && count_paired(sum) == 2 && sum.count([&](const json& each) {
                   return each["state"] == "LISTEN" && each.value("waiting", 0) == 2 &&
                          each.value("backlog", 0) == 1;
               }) == 1;
    }));
    // The pair that the two are in step by, and not the connection to the gate.
    CHECK(sum.count([](const json& each) { return each["protocol"] == "unix"; }) == 2);
    run.say("next");
    while (const auto message = run.next()) sum.hear(*message);
    CHECK(sum.size() == 0);
}

TEST_CASE("a server that does not close and a client that does not read") {
    Watched run = watch("e-leak");
    Sum sum;
    CHECK(until_sum(run, sum, [&] {
        const std::size_t stalled = sum.count([](const json& each) {
            return each.value("probing", false) && each.value("send", 0) > 100'000;
        });
        const std::size_t unread = sum.count([](const json& each) {
            return each["state"] == "ESTABLISHED" && each.value("receive", 0) > 10'000;
        });
        // Their clients' ends are kept by the kernel only.
        const std::size_t left = sum.count([](const json& each) {
            return each["state"] == "FIN_WAIT2" && each["holders"].empty();
        });
        const std::size_t kept = sum.count([](const json& each) {
            return each["state"] == "CLOSE_WAIT" && each["holders"].size() == 1;
        });
        return stalled == 1 && unread == 1 && left == 3 && kept == 3;
    }));
}

TEST_CASE(
    "frames that a demo hands in come into the stream before its step and what is none is "
    "refused") {
    RunPlan wanted = plan("f-frames", std::chrono::minutes(4));
    wanted.shown = parse_shown_facts("frames");
    Watched run(wanted);
    REQUIRE(run.until([](const Message& message) { return message.name == "step"; }));
    REQUIRE(run.all("frame").size() == 6);
    CHECK(run.all("frame")[2]["lost"] == true);
    CHECK(run.all("frame_refused").size() == 1);
    CHECK(run.all("frame")[5]["what"] == "ACK");
    Watched without(plan("f-frames"));
    without.to_the_end();
    CHECK(without.ended == "exit status 1");  // it has no inbox
}

TEST_CASE("the load that a demo hands in comes into the stream before its step") {
    RunPlan wanted = plan("h-load", std::chrono::minutes(4));
    wanted.shown = parse_shown_facts("load");
    Watched run(wanted);
    REQUIRE(run.until([](const Message& message) { return message.name == "step"; }));
    REQUIRE(run.all("load").size() == 4);
    CHECK(run.all("load")[3]["refused"] == 35);
    CHECK(run.all("load_refused").size() == 1);
    Watched without(plan("h-load"));
    REQUIRE(without.until([](const Message& message) { return message.name == "step"; }));
    CHECK(without.all("load").empty());
}

TEST_CASE("sockets that the slide does not show are not told") {
    Watched run(plan("d-backlog"));
    REQUIRE(run.until([](const Message& message) { return message.name == "step"; }));
    CHECK(run.all("sockets").empty());
}

TEST_CASE("a socket keeps its number from its making to TIME_WAIT") {
    Told told;
    const FoundSocket socket = socket_in("CLOSE", 7);
    CHECK(told.watch.tell_changes({socket}));
    CHECK_FALSE(told.watch.tell_changes({socket}));
    CHECK(told.watch.tell_changes({connection(80, 5000, 7)}));
    FoundSocket waits = connection(80, 5000, 0);
    waits.facts.state = "TIME_WAIT";
    CHECK(told.watch.tell_changes({waits}));
    CHECK(told.watch.tell_changes({}));
    REQUIRE(told.events.size() == 4);
    for (int i = 0; i < 3; ++i)
        CHECK(told.events[static_cast<std::size_t>(i)]["sockets"][0]["id"] == 1);
    CHECK(told.events[2]["sockets"][0]["state"] == "TIME_WAIT");
    CHECK(told.events[3]["gone"] == json::array({1}));
}

TEST_CASE("who waits in the queue is the same one after accept") {
    Told told;
    told.watch.tell_changes({connection(5000, 80, 8), connection(80, 5000, 0)});
    told.watch.tell_changes({connection(5000, 80, 8), connection(80, 5000, 9)});
    REQUIRE(told.events.size() == 2);
    REQUIRE(told.events[0]["sockets"].size() == 2);
    REQUIRE(told.events[1]["sockets"].size() == 1);
    CHECK(told.events[0]["sockets"][1]["holders"].empty());
    CHECK(told.events[1]["sockets"][0]["id"] == told.events[0]["sockets"][1]["id"]);
    CHECK_FALSE(told.events[1].contains("gone"));
}

TEST_CASE("others' sockets are not told, and what nobody has only if it belongs to ours") {
    Told told;
    CHECK_FALSE(told.watch.tell_changes({connection(80, 5000, 0)}));
    const FoundSocket listener = socket_in("LISTEN", 7, "0.0.0.0:80");
    CHECK(told.watch.tell_changes({listener, connection(80, 5000, 0), connection(81, 5001, 0)}));
    CHECK(told.events[0]["sockets"].size() == 2);
}

TEST_CASE("of a thousand connections some are told, with both ends, and the others counted") {
    Told told;
    std::vector<FoundSocket> found;
    for (int i = 0; i < 1000; ++i)
        found.push_back(connection(80, 5000 + i, 10'000u + static_cast<unsigned>(i)));
    for (int i = 0; i < 1000; ++i)
        found.push_back(connection(5000 + i, 80, 20'000u + static_cast<unsigned>(i)));
    CHECK(told.watch.tell_changes(found));
    std::map<std::string, int> ends;
    std::size_t count = 0;
    json more;
    for (const json& event : told.events) {
        if (event.contains("more")) more = event["more"];
        for (const json& each : event["sockets"]) {
            ++count;
            const std::string local = each["local"], peer = each["peer"];
            ++ends[std::min(local, peer) + " " + std::max(local, peer)];
        }
        CHECK(event.dump().size() < 32'000);
    }
    CHECK(count == SocketWatch::kMostTold);
    CHECK(std::ranges::all_of(ends, [](const auto& each) { return each.second == 2; }));
    CHECK(more["count"] == 2000 - SocketWatch::kMostTold);
    CHECK(more["states"]["ESTABLISHED"] == 2000 - SocketWatch::kMostTold);
    // Who goes gives the place to another one.
    told.events.clear();
    found.erase(found.begin());
    found.erase(found.begin() + 999);
    CHECK(told.watch.tell_changes(found));
    REQUIRE(told.events.size() == 1);
    CHECK(told.events[0]["gone"].size() == 2);
    CHECK(told.events[0]["sockets"].size() == 2);
}
