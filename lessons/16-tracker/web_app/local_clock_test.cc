#include "web_app/local_clock.hh"

#include <doctest/doctest.h>

#include <string>

using namespace waymark::tracker;
using namespace std::chrono;

namespace {

UnixMillis instant(sys_days day, minutes after_midnight_utc) {
    return milliseconds(day.time_since_epoch() + after_midnight_utc).count();
}

// The change at which the new offset begins, as the page writes it.
std::string clock_change(sys_days day, minutes after_midnight_utc, int offset) {
    return "," + std::to_string(instant(day, after_midnight_utc) / 60'000) + ":" +
           std::to_string(offset);
}

double hours_of(const LocalClock& clock, sys_days day) {
    return static_cast<double>(clock.begin_of(day + days(1)) - clock.begin_of(day)) / 3'600'000;
}

}  // namespace

TEST_CASE("a day is 23 or 25 hours long where the clock changes, and 24 elsewhere") {
    struct Row {
        const char* zone;
        std::string text;
        sys_days day;
        double hours;
    };
    const sys_days spring = 2024y / March / 31, autumn = 2024y / October / 27;
    const std::string berlin =
        "60" + clock_change(spring, 60min, 120) + clock_change(autumn, 60min, 60);
    const sys_days lord_howe = 2024y / April / 7, santiago = 2024y / September / 8;
    const sys_days asuncion = 2024y / March / 24;
    const Row rows[] = {
        {"Berlin, winter", berlin, 2024y / January / 10, 24},
        {"Berlin, to summer time", berlin, spring, 23},
        {"Berlin, summer", berlin, 2024y / July / 10, 24},
        {"Berlin, to winter time", berlin, autumn, 25},
        {"India, which has half an hour and no change", "330", 2024y / July / 10, 24},
        {"Lord Howe, which moves by half an hour, in the south",
         "660" + clock_change(lord_howe - days(1), 900min, 630), lord_howe, 24.5},
        {"Santiago, where the clock leaps over midnight",
         "-240" + clock_change(santiago, 240min, -180), santiago, 23},
        {"Asuncion, where midnight brings the last hour again",
         "-180" + clock_change(asuncion, 180min, -240), asuncion - days(1), 25},
    };
    for (const Row& row : rows) {
        CAPTURE(row.zone);
        const std::optional<LocalClock> clock = LocalClock::parse(row.text);
        REQUIRE(clock);
        CHECK(hours_of(*clock, row.day) == row.hours);
    }
}

TEST_CASE("a day begins at the midnight of its own offset") {
    const auto clock = LocalClock::parse("60" + clock_change(2024y / March / 31, 60min, 120));
    REQUIRE(clock);
    CHECK(clock->begin_of(2024y / January / 10) == instant(2024y / January / 9, 23h));
    CHECK(clock->begin_of(2024y / July / 10) == instant(2024y / July / 9, 22h));
}

TEST_CASE("a day that the clock leapt over is empty") {
    // Samoa, 30 December 2011.
    const sys_days leapt = 2011y / December / 30;
    const auto clock = LocalClock::parse("-600" + clock_change(leapt, 600min, 840));
    REQUIRE(clock);
    CHECK(hours_of(*clock, leapt) == 0);
    CHECK(hours_of(*clock, leapt - days(1)) == 24);
    CHECK(hours_of(*clock, leapt + days(1)) == 24);
}

TEST_CASE("a day that has begun goes on when the clock is put back over midnight") {
    // Newfoundland until 2011: at 00:01 back to 23:01.
    const sys_days day = 2010y / November / 7;
    const auto clock = LocalClock::parse("-150" + clock_change(day, 151min, -210));
    REQUIRE(clock);
    CHECK(clock->begin_of(day) == instant(day, 150min));
    CHECK(clock->stretches()[1].first_day == day);
    CHECK(hours_of(*clock, day) == 25);
}

TEST_CASE("a text that is no list of changes is refused") {
    std::string many = "0";
    for (std::size_t i = 1; i <= LocalClock::kMostChanges; ++i)
        many += "," + std::to_string(i) + ":0";
    CHECK(LocalClock::parse(many));
    many += ",9999:0";
    for (const std::string& text :
         {std::string(), std::string("1441"), std::string("-1441"), std::string("1h"),
          std::string("60,"), std::string("60,5"), std::string("60,5:"), std::string("60,5:60,"),
          std::string("60,5:60:7"), std::string("60,-5:60"), std::string("60,5:1441"),
          std::string("60,5:0,5:60"), std::string("60,5:0,4:60"),
          std::string("60,99999999999999:0"), std::string("+60"), many}) {
        CAPTURE(text);
        CHECK_FALSE(LocalClock::parse(text));
    }
}
