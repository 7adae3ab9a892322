#include "protocols/gpsd.hh"

#include <doctest/doctest.h>

#include "protocols/tested_phone.hh"

using namespace waymark::tracker;

namespace {

constexpr KnownDevice kBoat{1, SpeedUnit::protocol_default};

Decoded read_gpsd(std::initializer_list<std::string_view> lines) {
    GpsdStream stream;
    Decoded decoded;
    for (const std::string_view line : lines) stream.read_line(line, kBoat, kTestedNow, decoded);
    return decoded;
}

}  // namespace

TEST_CASE("of several reports of one epoch the first is taken") {
    constexpr std::string_view kTpv =
        R"({"class":"TPV","mode":2,"time":"2024-06-15T10:00:00.000Z","lat":52.3,"lon":4.8})";
    CHECK(read_gpsd({kTpv, kTpv}).fixes.size() == 1);
    const Decoded other = read_gpsd(
        {kTpv,
         R"({"class":"TPV","mode":3,"time":"2024-06-15T10:00:01.000Z","lat":52.3,"lon":4.8})"});
    CHECK(other.fixes.size() == 2);
}

TEST_CASE("the height above the sea is preferred") {
    const Decoded decoded = read_gpsd(
        {R"({"class":"TPV","mode":3,"lat":52.3,"lon":4.8,"altMSL":3,"alt":1,"altHAE":47})",
         R"({"class":"TPV","mode":3,"time":"2024-06-15T10:00:01Z","lat":52.3,"lon":4.8,"alt":1})"});
    REQUIRE(decoded.fixes.size() == 2);
    CHECK(decoded.fixes[0].altitude_m == 3.0F);
    CHECK(decoded.fixes[0].time_ms == kTestedNow);
    CHECK(decoded.fixes[1].altitude_m == 1.0F);
}

TEST_CASE("what is no place is passed over, and an impossible one is kept") {
    const Decoded decoded =
        read_gpsd({"", "{", "[]", R"({"class":"SKY","lat":1,"lon":2})",
                   R"({"class":"TPV","mode":1,"lat":1,"lon":2})", R"({"class":"TPV","lat":1})",
                   R"({"class":"TPV","mode":3,"lat":95,"lon":2})"});
    CHECK(decoded.fixes.empty());
    REQUIRE(decoded.quarantined.size() == 1);
    CHECK(decoded.quarantined[0].reason == "lat_out_of_range");
    CHECK(decoded.quarantined[0].raw == R"({"class":"TPV","mode":3,"lat":95,"lon":2})");
}
