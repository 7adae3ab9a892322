// Sextant with the house round it: the table of protocols, quarantine, and the logger's side of it.
// What each clause of the protocol means is the check's of lesson 16.

#include "protocols/sextant.hh"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "protocols/tested_phone.hh"
#include "trips/sextant_message.hh"

using namespace waymark::tracker;

namespace {

Decoded decode_sextant(const std::string& body) {
    return decode_tested({.target = "/sextant/" + std::string(kTestedToken),
                          .body = body,
                          .fields = {},
                          .method = "POST"});
}

}  // namespace

TEST_CASE("of lines without end some thousand are kept, and the logger is rid of all") {
    const std::string head = "SXT1,boat,1000000";
    unsigned sum = 0;
    for (const char byte : head) sum ^= static_cast<unsigned char>(byte);
    const auto with_lines = [&](std::size_t count) {
        return decode_sextant(fmt::format("{}*{:02X}\n{}", head, sum, std::string(count, '\n')));
    };
    const Decoded all = with_lines(8000);
    CHECK(all.quarantined.size() == 8000);
    CHECK(all.body == "OK 8000\n");
    const Decoded more = with_lines(60'000);
    CHECK(more.quarantined.size() == 8000);
    CHECK(more.body == "OK 60000\n");
}

TEST_CASE("what a logger writes is what the decoder reads") {
    TripPoint point;
    point.time_ms = kTestedNow - 1;
    point.place = {-33.8567844, -0.9999999999};
    point.altitude_m = 1066.8;
    point.speed_mps = 7.2;
    point.course_deg = 354.5;
    point.battery_percent = 88;
    TripPoint other;
    other.time_ms = kTestedNow - 1000;
    other.place = {89.9999999, 179.9999999};
    const Decoded decoded = decode_sextant(sextant_body({point, other}));
    CHECK(decoded.status == 200);
    CHECK(decoded.body == "OK 2\n");
    REQUIRE(decoded.fixes.size() == 2);
    const Fix& fix = decoded.fixes[0];
    CHECK(fix.device == 1);
    CHECK(fix.source == Source::sextant);
    CHECK(fix.time_ms == kTestedNow - 1);
    CHECK(fix.latitude_e7 == -338567844);
    CHECK(fix.longitude_e7 == -10000000);
    CHECK(fix.altitude_m == doctest::Approx(1066.8).epsilon(0.0001));
    CHECK(fix.speed_mps == doctest::Approx(7.2).epsilon(0.001));
    CHECK(fix.course_deg == 354.5F);
    CHECK(!fix.accuracy_m);
    CHECK(fix.battery_percent == 88.0F);
    CHECK(decoded.fixes[1].latitude_e7 == 899999999);
    CHECK(decoded.fixes[1].longitude_e7 == 1799999999);
}

TEST_CASE("a point that was kept is decoded again by its line alone") {
    // The day after tomorrow.
    const std::string line = sextant_line("170126,120000,4747.0N,00936.0E");
    const Decoded decoded = decode_sextant(sextant_line("SXT1,x,1") + line);
    CHECK(decoded.body == "OK 1\n");
    CHECK(decoded.fixes.empty());
    REQUIRE(decoded.quarantined.size() == 1);
    CHECK(decoded.quarantined[0].reason == "time_in_future");
    CHECK(decoded.quarantined[0].raw + "\r\n" == line);
    Decoded again;
    decode_again(decoded.quarantined[0], {7, SpeedUnit::protocol_default},
                 kTestedNow + 3 * 86400 * 1000, again);
    REQUIRE(again.fixes.size() == 1);
    CHECK(again.fixes[0].device == 7);
}

TEST_CASE("a token that nobody has is told, and what the body says is not asked") {
    const Decoded decoded = decode_tested({.target = "/sextant/nobody",
                                           .body = sextant_line("SXT1,48241179,0"),
                                           .fields = {},
                                           .method = "POST"});
    CHECK(decoded.status == 403);
    CHECK(decoded.stranger == "nobody");
    CHECK(decoded.is_stranger_by_token);
}
