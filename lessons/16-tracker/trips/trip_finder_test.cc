// Each rule of TRIPS.md by a track that it is for, and by one that is almost the same and is not.

#include "trips/trip_finder.hh"

#include <doctest/doctest.h>

#include "trips/tested_track.hh"
#include "trips/trip_rules.hh"

using namespace waymark::tracker;
using namespace waymark::tracker::trip_rules;

TEST_CASE("who remains for eight minutes stays, and who remains for seven was on the way") {
    MadeTrack enough;
    enough.go(2000, 0, 10).remain(9 * kMinute).go(2000, 0, 10);
    CHECK(story(enough) == "TST");
    MadeTrack less;
    less.go(2000, 0, 10).remain(7 * kMinute).go(2000, 0, 10);
    CHECK(story(less) == "T");
}

TEST_CASE("a day is a story: home, a way, school, a way, home") {
    MadeTrack day;
    day.fix().remain(2 * kHour).go(2100, 0, 1.5).remain(5 * kHour).go(-2100, 0, 1.5).remain(kHour);
    const std::vector<Segment> found = segments_of(day.points());
    REQUIRE(story(found) == "STSTS");
    CHECK(found[0].begin_ms == kMorning);
    CHECK(std::abs(found[0].end_ms - (kMorning + 2 * kHour)) <= kMinute);
    CHECK(found[1].way_m == doctest::Approx(2100).epsilon(0.05));
    CHECK(std::abs(found[1].end_ms - found[1].begin_ms - 1'400'000) <= 2 * kMinute);
    CHECK(distance_m(found[0].middle, found[2].middle) == doctest::Approx(2100).epsilon(0.01));
    CHECK(found[4].end_ms == day.now());
    CHECK(found[4].is_last);
    CHECK_FALSE(found[3].is_last);
}

TEST_CASE("a phone that wavers at home makes no trip") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        MadeTrack night(seed);
        night.fix().remain(9 * kHour, 10 * kSecond, 12);
        CHECK(story(night) == "S");
    }
    MadeTrack slips;
    slips.fix().remain(kHour);
    for (int i = 0; i < 20; ++i) slips.slip(300, 150).remain(7 * kMinute);
    CHECK(story(slips) == "S");
}

TEST_CASE("a place that is known badly is no trip; the same place known well is one") {
    MadeTrack badly;
    badly.fix().remain(3 * kHour, kHour).slip(260, 0, 150 * kMinute, 400).remain(3 * kHour, kHour);
    CHECK(story(badly) == "S");
    MadeTrack well;
    well.fix().remain(3 * kHour, kHour).slip(260, 0, 150 * kMinute, 13).remain(3 * kHour, kHour);
    CHECK(story(well) != "S");
}

TEST_CASE("a phone that is off at home over night is one stay") {
    MadeTrack night;
    night.go(3000, 0, 10).remain(2 * kMinute).vanish(9 * kHour, 15, 10).go(3000, 0, 10);
    const std::vector<Segment> found = segments_of(night.points());
    REQUIRE(story(found) == "TST");
    CHECK(found[1].end_ms - found[1].begin_ms >= 9 * kHour);
}

TEST_CASE("a heartbeat of one fix in a quarter of an hour is one stay all night") {
    MadeTrack night;
    night.fix().remain(12 * kHour, 15 * kMinute, 5);
    CHECK(story(night) == "S");
}

TEST_CASE("a slow walk round the block is a trip, and one through the garden is none") {
    MadeTrack block;
    block.fix().remain(30 * kMinute).round_block(140, 90, 0.9).remain(30 * kMinute);
    const std::vector<Segment> found = segments_of(block.points());
    REQUIRE(story(found) == "STS");
    CHECK(found[1].way_m == doctest::Approx(460).epsilon(0.2));
    MadeTrack garden;
    garden.fix().remain(30 * kMinute).round_block(60, 40, 0.9).remain(30 * kMinute);
    CHECK(story(garden) == "S");
}

TEST_CASE("a short way to another place is a trip, and stays that are almost there are one") {
    MadeTrack next_door;
    next_door.fix().remain(kHour).go(150, 0, 1).remain(kHour);
    CHECK(story(next_door) == "STS");
    MadeTrack same;
    same.fix().remain(kHour).go(90, 0, 1).remain(kHour);
    CHECK(story(same) == "S");
}

TEST_CASE("who is back within three minutes did not leave") {
    MadeTrack letter_box;
    letter_box.fix().remain(kHour).go(150, 0, 2).go(-150, 0, 2).remain(kHour);
    CHECK(story(letter_box) == "S");
    MadeTrack farther;
    farther.fix().remain(kHour).go(300, 0, 2).go(-300, 0, 2).remain(kHour);
    CHECK(story(farther) == "STS");
}

TEST_CASE("a traffic jam and the stops of a train are of the trip") {
    MadeTrack jam;
    jam.go(5000, 0, 25).remain(4 * kMinute);
    for (int i = 0; i < 20; ++i) jam.go(20, 0, 2).remain(30 * kSecond);
    jam.go(5000, 0, 25);
    CHECK(story(jam) == "T");
    MadeTrack train;
    for (int i = 0; i < 6; ++i) train.go(9000, 2000, 35).remain(4 * kMinute);
    train.go(9000, 0, 35);
    CHECK(story(train) == "T");
}

TEST_CASE("a tunnel and a flight are trips with a gap, which has no known way") {
    MadeTrack tunnel;
    tunnel.go(5000, 0, 30).vanish(11 * kMinute, 15000, 0).go(5000, 0, 30);
    std::vector<Segment> found = segments_of(tunnel.points());
    REQUIRE(story(found) == "T");
    CHECK(found[0].way_m == doctest::Approx(10000 - 300).epsilon(0.01));
    CHECK(found[0].gap_m == doctest::Approx(15000).epsilon(0.01));
    CHECK(found[0].gap_ms == 11 * kMinute);
    MadeTrack flight;
    flight.fix().remain(kHour).vanish(2 * kHour, 300'000, 200'000).remain(kHour);
    found = segments_of(flight.points());
    REQUIRE(story(found) == "STS");
    CHECK(found[1].gap_ms == 2 * kHour);
    CHECK(found[1].way_m == 0);
}

TEST_CASE("a phone that is on again elsewhere, too late for the way, tells of a silence") {
    MadeTrack silent;
    silent.fix().remain(kHour).vanish(9 * kHour, 5000, 0).remain(kHour);
    const std::vector<Segment> found = segments_of(silent.points());
    REQUIRE(story(found) == "S-S");
    CHECK(found[1].end_ms - found[1].begin_ms == 9 * kHour);
    CHECK(found[1].gap_m == doctest::Approx(5000).epsilon(0.01));
    MadeTrack at_once;
    at_once.fix().remain(kHour).vanish(40 * kMinute, 5000, 0).remain(kHour);
    CHECK(story(at_once) == "STS");
}

TEST_CASE("the reported speed decides nothing: a place that leaps is a trip all the same") {
    // There is no speed in a SeenPoint to be believed; what is left is where it was.
    MadeTrack leaps;
    leaps.fix().remain(20 * kMinute);
    for (int i = 0; i < 6; ++i) leaps.vanish(2 * kMinute, 800, 0);
    leaps.remain(20 * kMinute);
    CHECK(story(leaps) == "STS");
}

TEST_CASE("a single jump on the way is no way") {
    MadeTrack straight, jumping;
    straight.go(3000, 0, 10).go(3000, 0, 10);
    jumping.go(3000, 0, 10).slip(0, 40'000).go(3000, 0, 10);
    CHECK(segments_of(jumping.points())[0].way_m ==
          doctest::Approx(segments_of(straight.points())[0].way_m).epsilon(0.001));
}

TEST_CASE("a trip needs no stay after it, and one fix is a place where somebody was") {
    MadeTrack going;
    going.fix().remain(kHour).go(3000, 0, 10);
    const std::vector<Segment> found = segments_of(going.points());
    CHECK(story(found) == "ST");
    CHECK(found[1].is_last);
    MadeTrack once;
    once.fix();
    CHECK(story(once) == "S");
    CHECK(story(std::vector<Segment>()).empty());
}

TEST_CASE("across the date line and near the pole nothing is different") {
    for (const Place home : {Place{-17.5, 179.995}, Place{78.2, -179.998}, Place{-77.8, 166.7}}) {
        MadeTrack day(1, home);
        day.fix().remain(kHour).go(2000, 0, 5).remain(kHour).go(-2000, 0, 5).remain(kHour);
        const std::vector<Segment> found = segments_of(day.points());
        REQUIRE(story(found) == "STSTS");
        CHECK(found[1].way_m == doctest::Approx(2000).epsilon(0.05));
        CHECK(std::abs(found[2].middle.longitude_deg) <= 180);
        CHECK(distance_m(found[0].middle, found[4].middle) < 20);
    }
}
