// Share links from both sides: who makes them, and what their holders get.

#include "web_app/shared_api.hh"

#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "store/device_edits.hh"
#include "store/open_database.hh"
#include "unix_time.hh"
#include "web_app/answering_store.hh"
#include "web_app/tested_web_app.hh"

using namespace waymark::tracker;
using nlohmann::json;

namespace {

constexpr UnixMillis kMinuteMs = 60'000;

// The admin "owner"; "Ben", who may change device 1 and see device 2.
struct SharingHouse {
    WebApp app;
    std::string ben =
        "Cookie: waymark=" + app.begin_session("Ben", Role::member, {{1, true}, {2, false}}) +
        "\r\n";
    std::unique_ptr<AnsweringStore> store;
    UnixMillis now = unix_now();

    SharingHouse() {
        app.start();
        store = std::make_unique<AnsweringStore>(app);
    }
    ~SharingHouse() { app.stop(); }

    Reply post(std::string_view target, const json& body, const std::string& fields = "") {
        return post_json(app, target, body.dump(), fields);
    }
    json past(DeviceNumber device, UnixMillis from, UnixMillis to) {
        return {{"device", device}, {"name", "Anna"}, {"live", false},
                {"from", from},     {"to", to},       {"until", now + 60 * kMinuteMs}};
    }
    json live(DeviceNumber device) {
        return {
            {"device", device}, {"name", "Anna"}, {"live", true}, {"until", now + 60 * kMinuteMs}};
    }
    json made(const json& body, const std::string& fields = "") {
        const Reply reply = post("/api/shares/add", body, fields);
        REQUIRE(reply.status == 200);
        return reply.data();
    }
    Reply look(const json& share, const std::string& path = "") {
        return app.get("/api/shared" + path, holder(share));
    }
    static std::string holder(const json& share) {
        return std::string(kStranger) + "Authorization: Bearer " +
               share["secret"].get<std::string>() + "\r\n";
    }
    std::vector<UnixMillis> times(const json& share, const std::string& query = "") {
        const Reply reply = look(share, "/track" + query);
        REQUIRE(reply.status == 200);
        std::uint32_t count = 0;
        REQUIRE(reply.body.size() >= 16);
        std::memcpy(&count, reply.body.data(), sizeof count);
        REQUIRE(reply.body.size() == 16 + std::size_t{25} * count);
        std::vector<UnixMillis> times;
        for (std::uint32_t i = 0; i < count; ++i) {
            double time = 0;
            std::memcpy(&time, reply.body.data() + 16 + 8 * std::size_t{i}, sizeof time);
            times.push_back(static_cast<UnixMillis>(time));
        }
        return times;
    }
};

}  // namespace

TEST_CASE("a link shows the fixes of its device and span, and no others") {
    SharingHouse house;
    const UnixMillis from = house.now - 600 * kMinuteMs, to = from + 60 * kMinuteMs;
    house.app.store({fix_at(1, from - 1), fix_at(1, from), fix_at(1, from + 5), fix_at(1, to - 1),
                     fix_at(1, to), fix_at(1, house.now), fix_at(2, from + 7),
                     fix_at(1, from + 9, false)});
    const json share = house.made(house.past(1, from, to));
    using Times = std::vector<UnixMillis>;
    CHECK(house.times(share) == Times{from, from + 5, to - 1});
    CHECK(house.times(share, "?since=0") == Times{from, from + 5, to - 1});
    CHECK(house.times(share, "?since=" + std::to_string(from + 5)) == Times{from + 5, to - 1});
    CHECK(house.times(share, "?since=" + std::to_string(to)).empty());
    // What a holder says of device and span counts for nothing.
    CHECK(house.times(share, "?device=2&from=0&to=" + std::to_string(kEndOfTime)) ==
          Times{from, from + 5, to - 1});
    CHECK(house.look(share, "/track?since=x").status == 400);
    const json last = house.look(share).data()["last"];
    CHECK(last["time"] == to - 1);
    CHECK(house.look(house.made(house.past(1, from + 10, to - 1))).data()["last"].is_null());
    CHECK(house.look(house.made(house.past(3, from, to))).data()["last"].is_null());
    CHECK(house.times(house.made(house.past(2, from, to))) == Times{from + 7});
}

TEST_CASE("a track that is thinned out keeps to its span") {
    SharingHouse house;
    const UnixMillis from = house.now - 600 * kMinuteMs;
    std::vector<Fix> fixes;
    for (int i = -2000; i < 8000; ++i) {
        fixes.push_back(fix_at(1, from + i * 1000));
        fixes.back().latitude_e7 += (i % 97) * 1000;
    }
    house.app.store(fixes);
    const json share = house.made(house.past(1, from, from + 6'000'000));
    const std::vector<UnixMillis> times = house.times(share);
    CHECK(times.size() > 1000);
    CHECK(times.size() <= 5000);
    CHECK(times.front() == from);
    CHECK(times.back() == from + 5'999'000);
}

TEST_CASE("a link tells no name, number or battery of the device, unless it is to") {
    SharingHouse house;
    house.app.store({fix_at(1, house.now - 2)});
    json with_battery = house.past(1, house.now - 10, house.now);
    const json plain = house.made(with_battery);
    with_battery["battery"] = true;
    const json told = house.made(with_battery);
    const std::string body = house.look(plain).body;
    for (const char* word : {"alice", "phone", "device", "batt", "share", "owner", "altitude"}) {
        CAPTURE(word);
        CHECK(body.find(word) == std::string::npos);
    }
    CHECK(house.look(plain).data()["name"] == "Anna");
    CHECK(house.look(told).data()["last"]["battery_pct"] == 50);
}

TEST_CASE("a point that is hidden is not shown, and comes back when it is shown again") {
    SharingHouse house;
    const UnixMillis from = house.now - 60 * kMinuteMs;
    house.app.store({fix_at(1, from), fix_at(1, from + 1000), fix_at(1, from + 2000)});
    const json share = house.made(house.past(1, from, house.now));
    REQUIRE(house.times(share).size() == 3);
    Connection connection = open_for_writing(house.app.database());
    // As store/corrections.hh does it: a hidden fix leaves the table.
    connection.execute(("INSERT INTO hidden_fix SELECT *, 1 FROM fix WHERE time_ms = " +
                        std::to_string(from + 2000) +
                        "; DELETE FROM fix WHERE time_ms = " + std::to_string(from + 2000))
                           .c_str());
    CHECK(house.times(share) == std::vector<UnixMillis>{from, from + 1000});
    CHECK(house.look(share).data()["last"]["time"] == from + 1000);
}

TEST_CASE("the track so far is shown only where it is to be, and nothing ahead of our clock") {
    SharingHouse house;
    house.app.store({fix_at(1, house.now - 5000), fix_at(1, house.now + 20 * kMinuteMs)});
    CHECK(house.times(house.made(house.live(1))).empty());
    json so_far = house.live(1);
    so_far["from"] = house.now - 6000;
    const json share = house.made(so_far);
    CHECK(house.times(share) == std::vector<UnixMillis>{house.now - 5000});
    CHECK(house.look(share).data()["last"]["time"] == house.now - 5000);
}

TEST_CASE("a link that is ended, one that is over, and one that never was") {
    SharingHouse house;
    json soon_over = house.live(1);
    const json share = house.made(soon_over);
    REQUIRE(house.look(share).status == 200);
    Browser stream = house.app.open("/api/shared/live", SharingHouse::holder(share));
    stream.read_until("\r\n\r\n");
    CHECK(house.post("/api/shares/end", {{"share", share["share"]}}).status == 200);
    CHECK(stream.read_to_end().find("event: ended") != std::string::npos);
    for (const char* path : {"", "/track", "/live", "/map", "/streets.pmtiles"}) {
        CAPTURE(path);
        CHECK(house.look(share, path).status == 410);
        CHECK(house.look({{"secret", "AAAAAAAAAAAAAAAAAAAAAA"}}, path).status == 404);
        CHECK(house.app.get("/api/shared" + std::string(path), kStranger).status == 404);
        // An account is no link.
        CHECK(house.app.get("/api/shared" + std::string(path)).status == 404);
    }
    CHECK(house.look(share).body.find("Anna") == std::string::npos);
}

TEST_CASE("a link opens no route but its own") {
    SharingHouse house;
    const json share = house.made(house.past(1, 0, house.now));
    for (const json& route : house.app.get("/api/routes").data()) {
        if (route["admits"] == "strangers" || route["method"] == "POST") continue;
        std::string pattern = route["pattern"];
        if (pattern.find("{}") != std::string::npos) pattern.replace(pattern.find("{}"), 2, "1");
        CAPTURE(pattern);
        const int status = house.app.get(pattern, SharingHouse::holder(share)).status;
        if (route["admits"] == "holders")
            CHECK(status != 303);
        else
            CHECK((status == 401 || status == 303));
    }
    CHECK(house.look(share, "/map").status == 200);
    CHECK(house.look(share, "/live").status == 404);
}

TEST_CASE("who may change a device may share it, and sees its links") {
    SharingHouse house;
    const json bens = house.made(house.live(1), house.ben);
    house.made(house.live(2));
    CHECK(house.post("/api/shares/add", house.live(2), house.ben).status == 403);
    CHECK(house.post("/api/shares/add", house.live(3), house.ben).status == 404);
    CHECK(house.post("/api/shares/add", house.live(9), house.ben).status == 404);
    const json list = house.app.get("/api/shares", house.ben).data()["shares"];
    REQUIRE(list.size() == 1);
    CHECK(list[0]["share"] == bens["share"]);
    CHECK(list[0]["by"] == "Ben");
    CHECK(list[0]["device_name"] == "alice/phone");
    CHECK(list[0]["looked"].is_null());
    CHECK(list[0]["open"] == true);
    const std::string all = house.app.get("/api/shares").body;
    CHECK(json::parse(all)["shares"].size() == 2);
    CHECK(all.find(bens["secret"]) == std::string::npos);
    CHECK(house.look(bens).status == 200);
    CHECK(house.app.get("/api/shares").data()["shares"][1]["looked"] >= house.now);
    // Of a device that he may only see he ends no link, and hears of none.
    const json others = house.app.get("/api/shares").data()["shares"][0]["share"];
    CHECK(house.post("/api/shares/end", {{"share", others}}, house.ben).status == 404);
    CHECK(house.post("/api/shares/end", {{"share", 999}}, house.ben).status == 404);
    // With his right goes his link.
    Browser stream = house.app.open("/api/shared/live", SharingHouse::holder(bens));
    stream.read_until("\r\n\r\n");
    Connection connection = open_for_writing(house.app.database());
    const auto number = connection.number("SELECT number FROM account WHERE name = 'Ben'");
    CHECK(house
              .post("/api/users/grants",
                    {{"user", number}, {"see", json::array({"1"})}, {"change", json::array()}})
              .status == 200);
    stream.read_until("event: ended");
    CHECK(house.look(bens).status == 410);
}

TEST_CASE("what cannot be shared is refused with a sentence") {
    SharingHouse house;
    const auto refused = [&](const char* member, const json& value) {
        json body = house.live(1);
        if (value.is_null())
            body.erase(member);
        else
            body[member] = value;
        const Reply reply = house.post("/api/shares/add", body);
        CAPTURE(body.dump());
        CHECK(reply.status == 400);
        CHECK(reply.data()["error"].get<std::string>().size() > 10);
    };
    refused("name", "");
    refused("name", std::string(65, 'x'));
    refused("name", nullptr);
    refused("live", nullptr);
    refused("live", 1);
    refused("live", false);
    refused("until", house.now - 1);
    refused("until", house.now + 32 * kDay);
    refused("until", "tomorrow");
    refused("from", house.now + kDay);
    refused("from", -1);
    refused("colour", "red");
    refused("battery", "yes");
    CHECK(house.app.get("/api/shares").data()["shares"].empty());
}

TEST_CASE("who guesses is slowed, and a right link costs nothing") {
    SharingHouse house;
    const json share = house.made(house.live(1));
    for (int i = 0; i < 15; ++i) CHECK(house.look(share).status == 200);
    const json wrong = {{"secret", "AAAAAAAAAAAAAAAAAAAAAA"}};
    for (int i = 0; i < 10; ++i) CHECK(house.look(wrong).status == 404);
    const Reply slowed = house.look(wrong);
    CHECK(slowed.status == 429);
    CHECK(slowed.head.find("Retry-After: ") != std::string::npos);
    // He is a stranger, and no command of the server's owner is for him.
    CHECK(slowed.data()["error"].get<std::string>().starts_with(
        "Too many wrong attempts. Try again in "));
    CHECK(slowed.data()["error"].get<std::string>().ends_with(" seconds."));
    CHECK(house.look(share).status == 429);
}
