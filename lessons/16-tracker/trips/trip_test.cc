#include "trips/trip.hh"

#include <doctest/doctest.h>

#include "trips/tested_trip_file.hh"
#include "trips/trip_file.hh"

using namespace waymark::tracker;

namespace {

TripPoint timed(std::optional<UnixMillis> time_ms, bool starts_segment = false) {
    TripPoint point;
    point.time_ms = time_ms;
    point.starts_segment = starts_segment;
    return point;
}

}  // namespace

TEST_CASE("a quarter of the equator is as long as the radius says") {
    CHECK(distance_m({0, 0}, {0, 90}) == doctest::Approx(10'007'557.2).epsilon(1e-8));
    CHECK(distance_m({48, 11}, {48, 11}) == 0);
    CHECK(distance_m({90, 0}, {-90, 0}) == doctest::Approx(20'015'114.4).epsilon(1e-8));
}

TEST_CASE("a flat map gives back the place it was given") {
    const FlatMap map({47.8, 9.6});
    const Place place = map.place({3000, -4000});
    CHECK(distance_m({47.8, 9.6}, place) == doctest::Approx(5000).epsilon(1e-3));
    CHECK(map.offset(place).east == doctest::Approx(3000));
    CHECK(map.offset(place).north == doctest::Approx(-4000));
    CHECK(course_deg({-1, 0}) == doctest::Approx(270));
}

TEST_CASE("the way between two segments is not counted") {
    const Trip joined =
        parse_trip(gpx("<trkpt lat='0' lon='0'><time>2020-01-01T00:00:00Z</time></trkpt>"
                       "<trkpt lat='0' lon='1'><time>2020-01-01T00:00:01Z</time></trkpt>"
                       "</trkseg><trkseg/><trkseg>"
                       "<trkpt lat='0' lon='5'><time>2020-01-01T00:00:02Z</time></trkpt>"),
                   "trip");
    CHECK(joined.points.size() == 3);
    CHECK(distance_m(joined) == doctest::Approx(distance_m({0, 0}, {0, 1})));
    CHECK(distance_m(joined) < distance_m({0, 0}, {0, 5}));
}

TEST_CASE("points without a time are left out, and their segment keeps its beginning") {
    Trip trip{{timed({}, true), timed(1000), timed(2000), timed({}, true), timed(3000)}, 0, {}};
    settle_times(trip, MissingTimes::leave_out);
    CHECK(trip.without_time == 2);
    REQUIRE(trip.points.size() == 3);
    CHECK(trip.points[0].starts_segment);
    CHECK_FALSE(trip.points[1].starts_segment);
    CHECK(trip.points[2].starts_segment);
}

TEST_CASE("points without a time can be given one between their neighbours") {
    Trip trip{{timed({}), timed({}), timed(10'000), timed({}), timed({}), timed(16'000), timed({})},
              0,
              {}};
    settle_times(trip, MissingTimes::fill_in);
    std::vector<UnixMillis> times;
    for (const TripPoint& point : trip.points) times.push_back(*point.time_ms);
    CHECK(times == std::vector<UnixMillis>{8000, 9000, 10'000, 12'000, 14'000, 16'000, 17'000});
    CHECK(trip.without_time == 5);

    Trip timeless{{timed({}), timed({})}, 0, {}};
    settle_times(timeless, MissingTimes::fill_in);
    CHECK(timeless.points.empty());
    CHECK(timeless.without_time == 2);
}

TEST_CASE("a trip is shifted so that its latest point, not its last, is at the end") {
    Trip trip{{timed(1000), timed(5000), timed(3000)}, 0, {}};
    shift_to_end_at(trip, 100'000);
    CHECK(*trip.points[0].time_ms == 96'000);
    CHECK(*trip.points[1].time_ms == 100'000);
    CHECK(*trip.points[2].time_ms == 98'000);
}

TEST_CASE("dates that a week counter begun anew may have made are moved, and no others") {
    constexpr UnixMillis kNow = 1'795'838'130'000;  // 2026-11-28
    Trip trip{
        {timed(kNow - kRollover), timed(kNow - kRollover + 1), timed(kNow), timed({})}, 0, {}};
    CHECK(count_rollover(trip, kNow) == 1);
    undo_rollover(trip, kNow);
    CHECK(*trip.points[0].time_ms == kNow);
    CHECK(*trip.points[1].time_ms == kNow - kRollover + 1);
    CHECK(*trip.points[2].time_ms == kNow);
    CHECK(count_rollover(trip, kNow) == 0);
}
