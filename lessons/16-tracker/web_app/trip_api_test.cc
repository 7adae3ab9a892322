#include "web_app/trip_api.hh"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "services/changes.hh"
#include "services/messages.hh"
#include "trips/tested_track.hh"
#include "web_app/tested_web_app.hh"

using namespace waymark::tracker;

namespace {

std::vector<Fix> fixes_of(MadeTrack& track, DeviceNumber device = 1) {
    std::vector<Fix> fixes;
    for (const SeenPoint& point : track.points()) {
        Fix fix;
        fix.device = device;
        fix.time_ms = point.time_ms;
        fix.latitude_e7 = point.latitude_e7;
        fix.longitude_e7 = point.longitude_e7;
        fix.accuracy_m = point.accuracy_m;
        fixes.push_back(fix);
    }
    return fixes;
}

// Home, two kilometres to school, an hour there, home.
MadeTrack school_day() {
    MadeTrack track;
    track.fix().remain(kHour).go(2000, 0, 5).remain(kHour).go(-2000, 0, 5).remain(kHour);
    return track;
}

// A web app whose store is this test.
struct WithStore {
    WebApp app;
    // Somebody who may look at the first device, and change the second.
    std::string member =
        "Cookie: waymark=" + app.begin_session("ada", Role::member, {{1, false}, {2, true}}) +
        "\r\n";
    waymark::daemon::Channel channel;
    Store store{app.database()};

    WithStore() : channel((app.start(), app.connect_store())) {}

    nlohmann::json trips(UnixMillis from = kMorning - 12 * kHour,
                         UnixMillis to = kMorning + 12 * kHour) {
        return app
            .get("/api/trips?device=1&from=" + std::to_string(from) + "&to=" + std::to_string(to))
            .data();
    }
    std::string story() {
        const nlohmann::json answer = trips();
        std::string letters;
        for (const auto& segment : answer["segments"])
            letters += segment["kind"] == "stay" ? 'S' : segment["kind"] == "trip" ? 'T' : '-';
        return letters;
    }
    Browser send(std::string_view path, const std::string& body, const std::string& fields = "") {
        return app.open(
            path,
            fields + "Content-Type: application/json\r\nConnection: close\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body,
            "localhost", "POST");
    }
    Reply finish(Browser browser) {
        Reply reply;
        reply.head = browser.read_until("\r\n\r\n");
        reply.status = std::stoi(reply.head.substr(9, 3));
        reply.body = browser.read_to_end();
        return reply;
    }
    Reply post(std::string_view path, const std::string& body) {
        Browser browser = send(path, body);
        ChangeRequest request;
        REQUIRE(read(receive(channel), request));
        const ChangeResult result = make_change(store, request, 5);
        channel.send(write(ChangeDone{request.id, result.status, result.body}));
        return finish(std::move(browser));
    }
};

}  // namespace

TEST_CASE("a day is told as trips and stays, with places by their names") {
    WithStore tested;
    MadeTrack day = school_day();
    tested.app.store(fixes_of(day));
    CHECK(tested
              .post("/api/places/add",
                    R"({"name":"Home \"1\" ü","lat":48.14,"lon":11.57,"radius_m":75})")
              .data()["place"] == 1);
    const nlohmann::json answer = tested.trips();
    CHECK(answer["may_change"] == true);
    const nlohmann::json& segments = answer["segments"];
    REQUIRE(tested.story() == "STSTS");
    CHECK(segments[0]["begin"] == kMorning);
    CHECK(segments[0]["at"]["name"] == "Home \"1\" ü");
    CHECK(segments[1]["from"]["place"] == 1);
    CHECK_FALSE(segments[1]["to"].contains("name"));
    CHECK(segments[1]["way_m"].get<double>() == doctest::Approx(2000).epsilon(0.05));
    CHECK(segments[1]["end"] == segments[2]["begin"]);
    CHECK(segments[2]["at"]["lon"].get<double>() == doctest::Approx(11.5969).epsilon(0.001));
    CHECK(segments[3]["to"]["name"] == "Home \"1\" ü");
    CHECK(segments[4]["is_last"] == true);
    CHECK(segments[3]["is_last"] == false);
    // A part of it tells of the whole segment.
    const auto noon = tested.trips(kMorning + 80 * kMinute, kMorning + 90 * kMinute)["segments"];
    REQUIRE(noon.size() == 1);
    CHECK(noon[0] == segments[2]);
}

TEST_CASE("late fixes change the list at the next look, and their order does not matter") {
    WithStore tested;
    MadeTrack day = school_day();
    std::vector<Fix> fixes = fixes_of(day);
    std::vector<Fix> late;
    const auto is_late = [](const Fix& fix) {
        return fix.time_ms > kMorning + 50 * kMinute && fix.time_ms < kMorning + 140 * kMinute;
    };
    std::copy_if(fixes.begin(), fixes.end(), std::back_inserter(late), is_late);
    std::erase_if(fixes, is_late);
    tested.app.store(fixes);
    CHECK(tested.story() == "S");  // away and back unseen
    std::shuffle(late.begin(), late.end(), std::mt19937_64(1));
    for (std::size_t i = 0; i < late.size(); i += 100)
        tested.app.store(
            {late.begin() + static_cast<std::ptrdiff_t>(i),
             late.begin() + static_cast<std::ptrdiff_t>(std::min(i + 100, late.size()))});
    CHECK(tested.story() == "STSTS");
    WithStore at_once;
    at_once.app.store(fixes_of(day));
    CHECK(at_once.trips() == tested.trips());
}

TEST_CASE("a correction is made, survives late fixes, and is undone") {
    WithStore tested;
    MadeTrack day = school_day();
    tested.app.store(fixes_of(day));
    const std::string at = std::to_string(kMorning + 100 * kMinute);
    const Reply made = tested.post("/api/trips/on-the-way", R"({"device":1,"at":)" + at + "}");
    REQUIRE(made.status == 200);
    const auto number = made.data()["correction"].get<std::int64_t>();
    CHECK(tested.story() == "STS");
    CHECK(tested.trips()["segments"][1]["corrections"][0] == number);
    MadeTrack evening(1, {48.14, 11.57}, kMorning + 5 * kHour);
    evening.fix().go(3000, 0, 5).remain(kHour);
    tested.app.store(fixes_of(evening));
    CHECK(tested.story() == "STSTS");
    CHECK(tested.trips()["segments"][1]["corrections"][0] == number);
    const std::string undo = R"({"device":1,"correction":)" + std::to_string(number) + "}";
    CHECK(tested.post("/api/trips/undo", undo).status == 200);
    CHECK(tested.story() == "STSTSTS");
    CHECK(tested.post("/api/trips/undo", undo).data()["error"] ==
          "this correction is not there any more");
    CHECK(tested
              .post("/api/trips/split",
                    R"({"device":1,"at":)" + std::to_string(kMorning + 63 * kMinute) + "}")
              .status == 200);
    CHECK(tested.story() == "STTSTSTS");
}

TEST_CASE("a place is changed and removed, and stays are called anew") {
    WithStore tested;
    MadeTrack day = school_day();
    tested.app.store(fixes_of(day));
    tested.post("/api/places/add", R"({"name":"Home","lat":48.14,"lon":11.57,"radius_m":75})");
    CHECK(tested
              .post("/api/places/change",
                    R"({"place":1,"name":"Nest","lat":48.14,"lon":11.57,"radius_m":80.5})")
              .status == 200);
    CHECK(tested.trips()["segments"][0]["at"]["name"] == "Nest");
    const nlohmann::json list = tested.app.get("/api/places").data();
    CHECK(list["may_change"] == true);
    CHECK(list["places"][0] ==
          nlohmann::json::parse(
              R"({"place":1,"name":"Nest","lat":48.14,"lon":11.57,"radius_m":80.5})"));
    CHECK(tested.post("/api/places/add", R"({"name":"Nest","lat":1,"lon":1,"radius_m":75})")
              .data()["error"] == "there is a place Nest already: choose another name");
    CHECK(tested.post("/api/places/remove", R"({"place":1})").status == 200);
    CHECK_FALSE(tested.trips()["segments"][0]["at"].contains("name"));
}

TEST_CASE("what is asked wrongly is refused by name, and reaches no store") {
    WithStore tested;
    CHECK(tested.app.get("/api/trips?device=1&from=5&to=4").status == 400);
    CHECK(tested.app.get("/api/trips?device=1&from=5").status == 400);
    CHECK(tested.app.get("/api/trips?device=1&from=0&to=40000000000").status == 400);
    CHECK(tested.app.get("/api/trips?device=77&from=0&to=9").data()["segments"].empty());
    for (const char* body : {"", "[]", "{}", R"({"device":0,"at":1})", R"({"device":"1"})"}) {
        CAPTURE(body);
        CHECK(tested.finish(tested.send("/api/trips/split", body)).status == 400);
    }
    // These are for the store to say.
    CHECK(tested.post("/api/trips/split", R"({"device":1,"at":-1})").status == 400);
    CHECK(tested.post("/api/trips/split", R"({"device":1,"at":1,"by":"me"})").status == 400);
    CHECK(tested.post("/api/trips/split", R"({"device":77,"at":1})").data()["error"] ==
          "there is no such device");
    CHECK(tested.post("/api/places/add", R"({"name":"x","lat":1,"lon":1,"radius_m":5})").status ==
          400);
}

TEST_CASE("a member sees what they may, corrects what they may change, and names no place") {
    WithStore tested;
    MadeTrack day = school_day();
    tested.app.store(fixes_of(day));
    tested.app.store(fixes_of(day, 3));
    tested.post("/api/places/add", R"({"name":"Home","lat":48.14,"lon":11.57,"radius_m":75})");
    const auto trips = [&](int device) {
        return tested.app
            .get("/api/trips?device=" + std::to_string(device) + "&from=0&to=30000000000",
                 tested.member)
            .data();
    };
    const std::string span =
        "&from=" + std::to_string(kMorning) + "&to=" + std::to_string(kMorning + 12 * kHour);
    const auto seen = tested.app.get("/api/trips?device=1" + span, tested.member).data();
    CHECK(seen["segments"].size() == 5);
    CHECK(seen["segments"][0]["at"]["name"] == "Home");
    CHECK(seen["may_change"] == false);
    CHECK(seen["may_name"] == false);
    CHECK(trips(2)["may_change"] == true);
    const auto hidden = tested.app.get("/api/trips?device=3" + span, tested.member);
    CHECK(hidden.body == tested.app.get("/api/trips?device=77" + span, tested.member).body);
    const auto refused = [&](std::string_view path, const std::string& body) {
        return tested.finish(tested.send(path, body, tested.member)).status;
    };
    CHECK(refused("/api/trips/split", R"({"device":1,"at":1})") == 403);
    CHECK(refused("/api/trips/undo", R"({"device":3,"correction":1})") == 404);
    CHECK(refused("/api/trips/undo", R"({"device":77,"correction":1})") == 404);
    CHECK(refused("/api/places/remove", R"({"place":1})") == 403);
    const nlohmann::json places = tested.app.get("/api/places", tested.member).data();
    CHECK(places["may_change"] == false);
    CHECK(places["places"].size() == 1);
}
