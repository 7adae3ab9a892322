#include "web_app/track_files_api.hh"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "services/changes.hh"
#include "services/messages.hh"
#include "store/reader.hh"
#include "store/retention.hh"
#include "unix_time.hh"
#include "web_app/tested_web_app.hh"

using namespace waymark::tracker;
using nlohmann::json;

namespace {

constexpr const char* kTwoPoints =
    "time,lat,lon\n2014-09-10T00:00:00Z,48.1,11.5\n2014-09-10T00:00:01Z,48.2,11.5\nx,48.3,11.5\n";

// A web app whose store is this test.
struct Files {
    WebApp app;
    std::string member, stranger_to_it;
    waymark::daemon::Channel channel;
    Store store{app.database()};
    int told_of_fixes = 0;
    int refusals = 0;  // so many changes are refused for now

    explicit Files(const std::function<void(Settings&)>& change = {})
        : member("waymark=" + app.begin_session("mia", Role::member, {{2, false}, {1, true}})),
          stranger_to_it("waymark=" + app.begin_session("max", Role::member, {{2, true}})),
          channel((app.start(change), app.connect_store())) {}

    static std::string head_of(std::size_t size, std::string_view cookie = {},
                               std::string_view type = "application/octet-stream") {
        std::string fields = fmt::format(
            "Content-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n", type, size);
        if (!cookie.empty()) fields += fmt::format("Cookie: {}\r\n", cookie);
        return fields + "\r\n";
    }
    // Sends a piece, and answers as the store service does as often as it is asked.
    json post(int device, std::string_view query, std::string_view piece, int changes = 0,
              std::string_view cookie = {}) {
        Browser browser =
            app.open(fmt::format("/api/devices/{}/import?{}", device, query),
                     head_of(piece.size(), cookie) + std::string(piece), "localhost", "POST");
        for (int i = 0; i < changes; ++i) {
            ChangeRequest request;
            const std::string message = receive(channel);
            REQUIRE(read(message, request));
            if (refusals > 0) {
                --refusals;
                channel.send(
                    write(ChangeDone{request.id, 503, R"({"error":"The disk is full."})"}));
                continue;
            }
            const ChangeResult result = make_change(store, request, kStart + kDay);
            told_of_fixes += result.fixes ? 1 : 0;
            channel.send(write(ChangeDone{request.id, result.status, result.body}));
        }
        const std::string head = browser.read_until("\r\n\r\n");
        json body = json::parse(browser.read_to_end());
        body["status"] = std::stoi(head.substr(9, 3));
        return body;
    }
};

}  // namespace

TEST_CASE("a file comes in pieces, cut anywhere, and what came of it is told") {
    Files files;
    const std::string text = kTwoPoints;
    json answer = files.post(1, "upload=0&at=0", text.substr(0, 30));
    CHECK(answer["status"] == 200);
    CHECK(answer["at"] == 30);
    CHECK(answer["done"] == false);
    const int upload = answer["upload"].get<int>();
    // Sent again, it is not read twice; and from elsewhere on not at all.
    for (const int at : {0, 29, 31}) {
        const json refused =
            files.post(1, fmt::format("upload={}&at={}", upload, at), text.substr(0, 30));
        CHECK(refused["status"] == 409);
        CHECK(refused["at"] == 30);
    }
    answer = files.post(1, fmt::format("upload={}&at=30&last=1", upload), text.substr(30), 1);
    CHECK(answer["status"] == 200);
    CHECK(answer["done"] == true);
    CHECK(answer["format"] == "CSV");
    CHECK(answer["read"] == 3);
    CHECK(answer["stored"] == 2);
    CHECK(answer["refused"].dump() ==
          R"([{"count":1,"line":4,"words":"a time that cannot be read"}])");
    CHECK(files.told_of_fixes == 1);
    // Who has not heard it hears it again, and nothing of what comes with the question is read.
    json again = files.post(1, fmt::format("upload={}&at=0&last=1", upload), text);
    CHECK(again == answer);
    // The same file adds nothing.
    answer = files.post(1, "upload=0&at=0&last=1", text, 1);
    CHECK(answer["stored"] == 0);
    CHECK(answer["already"] == 2);
}

TEST_CASE(
    "a member brings files in for devices that he may change, and takes out what he may see") {
    Files files;
    CHECK(files.post(1, "upload=0&at=0&last=1", kTwoPoints, 1, files.member)["stored"] == 2);
    CHECK(files.post(2, "upload=0&at=0&last=1", kTwoPoints, 0, files.member)["status"] == 403);
    CHECK(files.post(3, "upload=0&at=0&last=1", kTwoPoints, 0, files.member)["status"] == 404);
    CHECK(files.post(99, "upload=0&at=0&last=1", kTwoPoints, 0, files.member)["status"] == 404);
    // Nobody goes on with another's.
    const int upload = files.post(1, "upload=0&at=0", "time", 0, files.member)["upload"].get<int>();
    CHECK(files.post(1, fmt::format("upload={}&at=4", upload), "x")["status"] == 404);
    CHECK(files.post(2, fmt::format("upload={}&at=4", upload), "x", 0,
                     files.stranger_to_it)["status"] == 404);

    const auto get = [&](int device, std::string_view cookie) {
        return files.app.get(fmt::format("/api/devices/{}/export?format=csv", device),
                             fmt::format("Cookie: {}\r\n", cookie));
    };
    const Reply reply = get(1, files.member);
    CHECK(reply.status == 200);
    CHECK(reply.head.find("text/csv") != std::string::npos);
    CHECK(reply.head.find("attachment; filename=\"") != std::string::npos);
    CHECK(reply.body.find("2014-09-10T00:00:01Z,48.2000000,11.5000000,,,,,") != std::string::npos);
    CHECK(get(1, files.stranger_to_it).status == 404);
    CHECK(get(1, files.stranger_to_it).body == get(99, files.stranger_to_it).body);
    CHECK(get(2, files.stranger_to_it).status == 200);
}

TEST_CASE("an export is a span of a device in the format that is asked for") {
    Files files;
    files.post(1, "upload=0&at=0&last=1", kTwoPoints, 1);
    const auto get = [&](std::string_view query) {
        return files.app.get(fmt::format("/api/devices/1/export?{}", query));
    };
    const Reply span = get(fmt::format("format=geojson&from={}&to={}", kStart, kStart + 1000));
    CHECK(span.body.find("48.1000000") != std::string::npos);
    CHECK(span.body.find("48.2000000") == std::string::npos);
    CHECK(get("format=gpx").body.find("<gpx version=\"1.1\"") != std::string::npos);
    CHECK(get("format=kml").body.find("<gx:Track>") != std::string::npos);
    CHECK(get("format=nmea").status == 400);
    CHECK(get("").status == 400);
    CHECK(get("format=gpx&from=x").status == 400);
}

TEST_CASE("what cannot be read ends an upload, and what came before it is stored") {
    Files files;
    json answer =
        files.post(1, "upload=0&at=0&last=1",
                   "<gpx><trk><trkseg>\n<trkpt lat='48.1' lon='11.5'><time>2014-09-10T00:00:"
                   "00Z</time></trkpt>\n</gpx>",
                   1);
    CHECK(answer["status"] == 400);
    CHECK(answer["error"] == "line 3: broken XML: mismatched tag");
    CHECK(answer["stored"] == 1);
    answer = files.post(1, "upload=0&at=0&last=1", "PK\x03\x04");
    CHECK(answer["status"] == 400);
    CHECK(answer["error"].get<std::string>().find("ZIP") != std::string::npos);
    CHECK(files.post(1, "upload=0&at=0&format=zip", "x")["status"] == 400);
}

TEST_CASE("a last piece that the store cannot take is sent again, and ends as it would have") {
    Files files;
    const std::string point =
        "<gpx><trk><trkseg>\n<trkpt lat='48.1' lon='11.5'><time>2014-09-10T00:00:"
        "00Z</time></trkpt>\n";
    for (const auto& [end, status] : {std::pair{"</trkseg></trk></gpx>", 200}, {"</gpx>", 400}}) {
        INFO(end);
        const std::string text = point + end;
        files.refusals = 1;
        json answer = files.post(1, "upload=0&at=0&last=1", text, 1);
        CHECK(answer["status"] == 503);
        CHECK(answer["error"] == "The disk is full.");
        CHECK(answer["at"] == text.size());
        const std::string query =
            fmt::format("upload={}&at={}&last=1", answer["upload"].get<int>(), text.size());
        answer = files.post(1, query, "", 1);
        CHECK(answer["status"] == status);
        CHECK(answer["done"] == (status == 200));
        CHECK(answer["stored"].get<int>() + answer["already"].get<int>() == 1);
        CHECK(answer.contains("error") == (status == 400));
        CHECK(files.post(1, query, "") == answer);
    }
}

TEST_CASE("of uploads that are over the last two of a person are known, and they take no place") {
    Files files;
    int uploads[4] = {};
    for (int& upload : uploads)
        upload = files.post(1, "upload=0&at=0&last=1&format=csv", "time,lat,lon\n")["upload"];
    for (int i = 0; i < 4; ++i)
        CHECK(files.post(1, fmt::format("upload={}&at=13&last=1", uploads[i]), "")["status"] ==
              (i < 2 ? 404 : 200));
    // Nobody else hears of them.
    CHECK(files.post(1, fmt::format("upload={}&at=13", uploads[3]), "", 0,
                     files.member)["status"] == 404);
}

TEST_CASE("what is older than the days that are kept is refused, and not stored to be removed") {
    Files files;
    files.store.change([](Connection& connection) { Retention(connection).set_days(1, 36'500); });
    const std::string text = fmt::format("time,lat,lon\n{},48.1,11.5\n1410307200,48.2,11.5\n",
                                         (unix_now() - 36'501 * Retention::kDayMs) / 1000);
    json answer = files.post(1, "upload=0&at=0&last=1", text, 1);
    CHECK(answer["stored"] == 1);
    files.store.change([](Connection& connection) { Retention(connection).set_days(1, 1); });
    answer = files.post(1, "upload=0&at=0&last=1", text, 0);
    CHECK(answer["status"] == 200);
    CHECK(answer["read"] == 2);
    CHECK(answer["refused"].dump().find("positions are kept") != std::string::npos);
}

TEST_CASE("what is stopped keeps what it has, and takes no line that was cut") {
    Files files;
    // Its longitude was to be 11.5.
    const std::string cut =
        "time,lat,lon\n2014-09-10T00:00:00Z,48.1,11.5\n2014-09-10T00:00:01Z,48.2,1";
    const json begun = files.post(1, "upload=0&at=0&format=csv", cut, 1);
    CHECK(begun["stored"] == 1);
    CHECK(files.told_of_fixes == 0);
    const std::string query =
        fmt::format("upload={}&at={}&stop=1", begun["upload"].get<int>(), cut.size());
    const json stopped = files.post(1, query, "", 1);
    CHECK(stopped["status"] == 200);
    CHECK(stopped["stored"] == 1);
    CHECK(files.told_of_fixes == 1);
    CHECK(files.post(1, query, "") == stopped);
}

TEST_CASE("so many uploads at once and no more, and no file is longer than the setting") {
    Files files([](Settings& settings) { settings.reloadable.max_import_mb = 1; });
    const auto begin = [&](int device, std::string_view cookie = {}) {
        const json answer =
            files.post(device, "upload=0&at=0&format=csv", "time,lat,lon", 0, cookie);
        return answer["status"] == 200 ? answer["upload"].get<int>() : answer["status"].get<int>();
    };
    const auto is_there = [&](int upload) {
        return files.post(1, fmt::format("upload={}&at=12", upload), "")["status"] == 200;
    };
    // Whoever begins a third gives up the first.
    const int first = begin(1), second = begin(1);
    CHECK(is_there(first));
    CHECK(is_there(second));
    const int third = begin(1);
    CHECK_FALSE(is_there(first));
    CHECK(is_there(third));
    // With two of somebody else there is no place for others.
    begin(1, files.member);
    begin(1, files.member);
    CHECK(begin(2, files.stranger_to_it) == 503);
    const std::string megabyte(1'000'000, '\n');
    const json answer = files.post(1, fmt::format("upload={}&at=12", third), megabyte);
    CHECK(answer["status"] == 413);
    CHECK(answer["error"].get<std::string>().find("max-import") != std::string::npos);
    // Its place is free again.
    CHECK(begin(2, files.stranger_to_it) != 503);
}

TEST_CASE("nothing is read of a body that nobody may send") {
    Files files;
    // The bytes never come: an answer that waited for them would not either.
    const auto refused = [&](std::string_view cookie, std::string_view type) {
        Browser browser =
            files.app.open("/api/devices/1/import?upload=0&at=0",
                           Files::head_of(1 << 20, cookie, type), "localhost", "POST");
        return browser.read_until("\r\n\r\n").substr(9, 3);
    };
    CHECK(refused("session=none", "application/octet-stream") == "401");
    CHECK(refused(files.stranger_to_it, "application/octet-stream") == "404");
    CHECK(refused("", "text/plain") == "415");
    CHECK(refused("", "application/json") == "415");
}
