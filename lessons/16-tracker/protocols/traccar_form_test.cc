#include "protocols/traccar_form.hh"

#include <doctest/doctest.h>

#include <string>

#include "protocols/tested_phone.hh"
#include "protocols/traccar.hh"

using namespace waymark::tracker;

namespace {

Decoded read_back(const std::string& form) {
    return decode_tested({.target = "/", .body = form, .method = "POST"});
}

// What a server reads of the fix when it is sent on, by a phone that it knows.
Fix there_and_back(const Fix& fix) {
    const Decoded decoded = read_back(traccar_form("48241179", fix));
    REQUIRE(decoded.fixes.size() == 1);
    return decoded.fixes[0];
}

Fix full_fix() {
    Fix fix;
    fix.device = 1;
    fix.time_ms = 1768478399123;
    fix.latitude_e7 = 481234567;
    fix.longitude_e7 = -1155000001;
    fix.altitude_m = -12.34F;
    fix.speed_mps = 13.889F;
    fix.course_deg = 359.99F;
    fix.accuracy_m = 4.25F;
    fix.battery_percent = 87.5F;
    return fix;
}

void check_same(const Fix& there, const Fix& fix) {
    CHECK(there.device == fix.device);
    CHECK(there.time_ms == fix.time_ms);
    CHECK(there.latitude_e7 == fix.latitude_e7);
    CHECK(there.longitude_e7 == fix.longitude_e7);
    CHECK(there.valid == fix.valid);
    const auto same = [](std::optional<float> a, std::optional<float> b, double scale) {
        REQUIRE(a.has_value() == b.has_value());
        if (a) CHECK(std::llround(*a * scale) == std::llround(*b * scale));
    };
    same(there.altitude_m, fix.altitude_m, 100);
    same(there.speed_mps, fix.speed_mps, 1000);
    same(there.course_deg, fix.course_deg, 100);
    same(there.accuracy_m, fix.accuracy_m, 100);
    same(there.battery_percent, fix.battery_percent, 10);
}

}  // namespace

TEST_CASE("a fix that is sent on is the same row, with all it has and with nothing") {
    check_same(there_and_back(full_fix()), full_fix());
    Fix bare;
    bare.device = 1;
    bare.time_ms = 1768478400000;
    bare.latitude_e7 = 1;
    check_same(there_and_back(bare), bare);
    bare.valid = false;
    check_same(there_and_back(bare), bare);
}

TEST_CASE("the corners of the earth, and each speed that a row can say, come back as they were") {
    Fix fix = full_fix();
    for (const std::int32_t latitude : {-900'000'000, -1, 1, 899'999'999, 900'000'000})
        for (const std::int32_t longitude : {-1'800'000'000, -1, 1, 1'799'999'999, 1'800'000'000}) {
            fix.latitude_e7 = latitude;
            fix.longitude_e7 = longitude;
            check_same(there_and_back(fix), fix);
        }
    for (int speed = 0; speed < 20'000'000; speed += 7'919) {
        fix.speed_mps = static_cast<float>(speed / 1000.0);
        check_same(there_and_back(fix), fix);
    }
}

TEST_CASE("what a phone said beside the place is said again") {
    Fix fix = full_fix();
    for (
        const std::string extras : {
            R"({"event":"sos","charging":true,"hdop":6,"attributes":{"eta":"17","wifi":["a","b"]}})",
            R"({"charging":false})",
            R"({"attributes":{"a name":"100 % & more = \"this\"","ü":"日本"}})",
            "",
        }) {
        fix.extras = extras;
        CHECK(there_and_back(fix).extras == extras);
    }
}

TEST_CASE("what no form can say is left out, and nothing else with it") {
    Fix fix = full_fix();
    fix.extras = R"({"motion":true,"steps":12,"null":null,"nested":{"a":1},"list":[1,{"b":2},"c"],)"
                 R"("attributes":17,"last":"x"})";
    CHECK(there_and_back(fix).extras ==
          R"({"attributes":{"motion":"true","steps":"12","list":["1","c"],"last":"x"}})");
    for (const char* broken : {"{", "[]", "\"", R"({"a")", R"({"attributes":{"a":"b")"}) {
        fix.extras = broken;
        check_same(there_and_back(fix), fix);
    }
}

TEST_CASE("no extra passes for what the form says of device, time and place") {
    Fix fix = full_fix();
    fix.extras =
        R"({"id":"1","deviceid":"2","device_id":"3","token":"4","lat":"5","Lat":"6","lon":"7",)"
        R"("timestamp":"8","valid":"false","batt":"9","attributes":{"id":"10"," ID ":"11",)"
        R"("i\u0064":"12","altitude":"13","speed":"14","fine":"15"}})";
    const Fix there = there_and_back(fix);
    check_same(there, fix);
    CHECK(there.extras == R"({"attributes":{"fine":"15"}})");
}

TEST_CASE("a fix with many extras is no message with too many fields") {
    Fix fix = full_fix();
    fix.extras = R"({"attributes":{)";
    for (int i = 0; i < 300; ++i)
        fix.extras += (i == 0 ? "\"n" : ",\"n") + std::to_string(i) + "\":\"v\"";
    fix.extras += "}}";
    check_same(there_and_back(fix), fix);
}

TEST_CASE("an identifier is escaped, whatever is in it") {
    CHECK(traccar_form("a&lat=1 é", full_fix()).starts_with("id=a%26lat%3D1%20%C3%A9&"));
    const Decoded decoded = read_back(traccar_form("nobody", full_fix()));
    CHECK(decoded.fixes.empty());
    CHECK(decoded.status == 403);
}
