#include "protocols/nmea_stream.hh"

#include <doctest/doctest.h>

#include <initializer_list>

#include "protocols/tested_phone.hh"

using namespace waymark::tracker;

namespace {

constexpr std::string_view kRmc =
    "$GPRMC,100000.000,A,5222.2120,N,00453.7120,E,15.50,271.40,150624,,,A*5A";
constexpr std::string_view kGga =
    "$GNGGA,100000.000,5222.2120,N,00453.7120,E,1,12,0.84,3.2,M,44.8,M,,";

Decoded read_lines(std::initializer_list<std::string> lines) {
    const MemoryDirectory devices = tested_phone();
    NmeaStream stream;
    Decoded decoded;
    for (const std::string& line : lines) stream.read_line(line, devices, kTestedNow, decoded);
    stream.flush(kTestedNow, decoded);
    return decoded;
}

}  // namespace

TEST_CASE("each way of saying who sends is understood") {
    const std::string rmc(kRmc);
    for (const std::string line : {"$DEVID,48241179", "$GPFID,48241179", "$IMEI=48241179",
                                   "IMEI 48241179", "48241179", " 48241179 \r"}) {
        INFO(line);
        CHECK(read_lines({line, rmc}).fixes.size() == 1);
    }
    for (const std::string before : {"48241179", "48241179,", "cars/48241179/"}) {
        INFO(before);
        CHECK(read_lines({before + rmc}).fixes.size() == 1);
    }
    CHECK(read_lines({std::string(kTestedToken), rmc}).fixes.size() == 1);
}

TEST_CASE("a name that nobody has is told, and what follows is not stored") {
    const Decoded decoded = read_lines({"IMEI 999", std::string(kRmc)});
    CHECK(decoded.stranger == "999");
    CHECK(decoded.status == 403);
    CHECK(decoded.fixes.empty());
    REQUIRE(decoded.quarantined.size() == 1);
    CHECK(decoded.quarantined[0].device == 0);
}

TEST_CASE("an altitude joins the fix of its second, before it or after it, and no other") {
    const Decoded after = read_lines({"48241179", std::string(kRmc), std::string(kGga)});
    REQUIRE(after.fixes.size() == 1);
    CHECK(after.fixes[0].altitude_m == doctest::Approx(3.2));
    const Decoded before = read_lines({"48241179", std::string(kGga), std::string(kRmc)});
    REQUIRE(before.fixes.size() == 1);
    CHECK(before.fixes[0].altitude_m == doctest::Approx(3.2));
    std::string later(kGga);
    later.replace(later.find("100000"), 6, "100001");
    const Decoded other = read_lines({"48241179", std::string(kRmc), later});
    REQUIRE(other.fixes.size() == 1);
    CHECK_FALSE(other.fixes[0].altitude_m);
}

TEST_CASE("a receiver that is 1024 weeks behind is set right") {
    // 2006-06-01 is 1024 weeks before 2026-01-15.
    const Decoded decoded =
        read_lines({"48241179", "$GPRMC,110000.000,A,5222.2120,N,00453.7120,E,0,0,010606,,"});
    REQUIRE(decoded.fixes.size() == 1);
    CHECK(decoded.fixes[0].time_ms == kTestedNow - 3'600'000);
}

TEST_CASE("odd lines cost themselves only") {
    const std::string rmc(kRmc);
    for (const std::string line : {"", "$", "$$$", "$GPRMC", "$GPRMC,,,,", "$GPGSV,1,1,00*79",
                                   "*5A", "\xFF\xFE", "$GPRMC,x,A,x,N,x,E,x,x,x", "a b c"}) {
        INFO(line);
        CHECK(read_lines({"48241179", line, rmc}).fixes.size() == 1);
    }
    CHECK(read_lines({"48241179", std::string(100'000, 'x'), rmc}).fixes.size() == 1);
}

TEST_CASE("a place that cannot be read is kept as it came, and stays what it is") {
    const std::string line = "$GPRMC,100000,A,9922.2120,N,00453.7120,E,0,0,150624,,";
    const Decoded decoded = read_lines({"48241179", line});
    REQUIRE(decoded.quarantined.size() == 1);
    CHECK(decoded.quarantined[0].reason == "lat_out_of_range");
    CHECK(decoded.quarantined[0].raw == line);
    Decoded again;
    decode_again(decoded.quarantined[0], {1, SpeedUnit::protocol_default}, kTestedNow, again);
    CHECK(again.quarantined.size() == 1);
}
