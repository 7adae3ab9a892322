#include "protocols/form_message.hh"

#include <doctest/doctest.h>

#include <string>

#include "protocols/tested_phone.hh"

using namespace waymark::tracker;

namespace {

Decoded decode_query(const std::string& query) {
    return decode_tested({"/?id=48241179&" + query, "", {}});
}

constexpr const char* kPlace = "lat=48.1&lon=11.5&timestamp=1768478000&";

}  // namespace

TEST_CASE("a field that decides nothing costs itself when it cannot be read, and not the point") {
    for (const std::string name :
         {"speed", "altitude", "bearing", "heading", "accuracy", "batt", "hdop", "charge", "valid"})
        for (const std::string value :
             {"3%2C5", "3,5", "%7B11%7D", "{11}", "null", "undefined", "NaN", "-Infinity", "fast",
              "", "+", "100%", "%zz", "0x10", "1e999",
              "11111111111111111111111111111111111111111111111111111111111111111"}) {
            INFO(name, "=", value);
            const Decoded decoded = decode_query(kPlace + name + "=" + value);
            CHECK(decoded.status == 200);
            REQUIRE(decoded.fixes.size() == 1);
            const Fix& fix = decoded.fixes[0];
            CHECK(fix.valid);
            CHECK(fix.extras.empty());
            for (const auto& number : {fix.speed_mps, fix.altitude_m, fix.course_deg,
                                       fix.accuracy_m, fix.battery_percent})
                CHECK_FALSE(number.has_value());
        }
}

TEST_CASE("names and values are read with blanks around them, and names in any case") {
    const Decoded decoded = decode_query(
        "+lat+=+48.1+&%09lon=%2B11.5&Timestamp=+1768478000&SPEED=%2B10&batt=+87.0+&valid=+FALSE");
    REQUIRE(decoded.fixes.size() == 1);
    const Fix& fix = decoded.fixes[0];
    CHECK(fix.latitude_e7 == 481000000);
    CHECK(fix.longitude_e7 == 115000000);
    CHECK(fix.time_ms == 1768478000000);
    CHECK(fix.speed_mps == doctest::Approx(5.1444));
    CHECK(fix.battery_percent == 87.0F);
    CHECK_FALSE(fix.valid);
}

TEST_CASE(
    "a place that is no number is refused, and the answer says which field and what is wrong") {
    struct Row {
        std::string query;
        std::string field;
        std::string words;
    };
    const Row rows[] = {
        {"lat=47,78&lon=9.6", "lat", "lat is not a number: it has a comma"},
        {"lat=47.78&lon=9%2C6", "lon", "lon is not a number: it has a comma"},
        {"lat={0}&lon={1}", "lat", "placeholder"},
        {"lat=%25LAT&lon=%25LON", "lat", "placeholder"},
        {"lat=sixty&lon=9", "lat", "see the URL set in the app"},
        {"location=47.78", "location", "location is not a number"},
        {"lat=%zz&lon=9", "lat", "lat: a %"},
        {"lat=47&lon=9&timestamp=%zz", "timestamp", "timestamp: a %"},
    };
    for (const Row& row : rows) {
        INFO(row.query);
        const Decoded decoded = decode_query(row.query);
        CHECK(decoded.status == 400);
        CHECK(decoded.field == row.field);
        CHECK(decoded.body.find(row.words) != std::string::npos);
        CHECK(decoded.empty());
    }
}

TEST_CASE("a place that says nothing is none") {
    CHECK(decode_query("lat=null&lon=null&batt=50").heartbeat.has_value());
    CHECK(decode_query("lat=&lon=undefined").heartbeat.has_value());
    const Decoded half = decode_query("lat=48&lon=null");
    REQUIRE(half.quarantined.size() == 1);
    CHECK(half.quarantined[0].reason == "missing_lon");
    CHECK(decode_query("lat=null&lon=null&location=48.1,+11.5").fixes.size() == 1);
}

TEST_CASE("a time that says nothing is the time of receipt, one that cannot be read is not") {
    CHECK(decode_query("lat=48&lon=11&timestamp=null").fixes.at(0).time_ms == kTestedNow);
    CHECK(decode_query("lat=48&lon=11&timestamp=%7B2%7D").quarantined.at(0).reason == "bad_time");
    CHECK(decode_query("lat=48&lon=11&timestamp=2026-02-31T00:00:00Z").quarantined.at(0).reason ==
          "bad_time");
}

TEST_CASE("an identifier that says nothing names no device") {
    const Decoded decoded = decode_tested({"/?id=null&lat=48&lon=11", "", {}});
    CHECK(decoded.status == 400);
    CHECK(decoded.error == "missing_device");
}

TEST_CASE("whom a message is from is known whatever becomes of it") {
    const std::string token(kTestedToken);
    const std::string json = R"({"device_id":"48241179","location":)";
    struct Row {
        int status;
        TestedRequest request;
    };
    const Row rows[] = {
        {200, {"/?id=48241179&lat=48&lon=11", "", {}}},
        {200, {"/?id=48241179&lat=95&lon=11", "", {}}},
        {200, {"/?id=48241179", "", {}}},
        {400, {"/?id=48241179&lat=abc&lon=11", "", {}}},
        {400, {"/osmand?id=48241179&lat=abc&lon=11", "", {}}},
        {400, {"/osmand/" + token + "?lat=%zz", "", {}}},
        {200, {"/", json + "[]}", {}, "POST"}},
        {200, {"/", json + "[null]}", {}, "POST"}},
    };
    for (const Row& row : rows) {
        INFO(row.request.target, row.request.body);
        const Decoded decoded = decode_tested(row.request);
        CHECK(decoded.status == row.status);
        CHECK(decoded.from == 1);
    }
    CHECK(decode_tested({"/?id=48241178&lat=48&lon=11", "", {}}).from == 0);
    CHECK(decode_tested({"/?lat=48&lon=11", "", {}}).from == 0);
    Decoded refused = decode_tested(rows[0].request);
    refused.refuse(503, "too_many_guesses", "");
    CHECK(refused.from == 1);
    refused.clear();
    CHECK(refused.from == 0);
}
