#include "trips/outliers.hh"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "trips/geography.hh"
#include "trips/real_trips.hh"
#include "trips/ride.hh"

using namespace waymark::tracker;

namespace {

constexpr UnixMillis kBegin = 1'700'000'000'000;

// So many metres to the east and north of Munich at a second.
TrackPoint at(double second, double east, double north = 0) {
    const Place place = FlatMap({48.14, 11.57}).place({east, north});
    TrackPoint point;
    point.time_ms = kBegin + std::llround(second * 1000);
    point.latitude_e7 = static_cast<std::int32_t>(std::lround(place.latitude_deg * 1e7));
    point.longitude_e7 = static_cast<std::int32_t>(std::lround(place.longitude_deg * 1e7));
    return point;
}

// The seconds since kBegin of those that are found.
std::vector<int> outliers_of(const std::vector<TrackPoint>& track) {
    std::vector<int> found;
    OutlierFinder finder([&](const Outlier& outlier) {
        found.push_back(static_cast<int>((outlier.point.time_ms - kBegin) / 1000));
    });
    for (const TrackPoint& point : track) finder.add(point);
    return found;
}

// A car at 20 m/s, one fix in ten seconds.
std::vector<TrackPoint> drive(int fixes) {
    std::vector<TrackPoint> track;
    for (int i = 0; i < fixes; ++i) track.push_back(at(i * 10, i * 200));
    return track;
}

std::vector<TrackPoint> track_of(const std::vector<TripPoint>& trip) {
    std::vector<TrackPoint> points;
    for (const TripPoint& point : trip)
        points.push_back(
            {.time_ms = *point.time_ms,
             .latitude_e7 = static_cast<std::int32_t>(std::lround(point.place.latitude_deg * 1e7)),
             .longitude_e7 =
                 static_cast<std::int32_t>(std::lround(point.place.longitude_deg * 1e7)),
             .altitude_m = {},
             .speed_mps = {}});
    return points;
}

}  // namespace

TEST_CASE("a jump there and back is found, with how far and how fast it was") {
    std::vector<TrackPoint> track = drive(10);
    track[4] = at(40, 800, 5000);
    std::vector<Outlier> found;
    OutlierFinder finder([&](const Outlier& outlier) { found.push_back(outlier); });
    for (const TrackPoint& point : track) finder.add(point);
    REQUIRE(found.size() == 1);
    CHECK(found[0].point.time_ms == track[4].time_ms);
    CHECK(found[0].jump_m == doctest::Approx(5004).epsilon(0.001));
    CHECK(found[0].speed_mps == doctest::Approx(500.4).epsilon(0.001));
}

TEST_CASE("several in a row are outliers together, as many as five") {
    for (std::size_t count = 1; count <= 6; ++count) {
        std::vector<TrackPoint> track = drive(20);
        std::vector<int> expected;
        for (std::size_t i = 7; i < 7 + count; ++i) {
            track[i] = at(static_cast<double>(i) * 10, 1300, 9000);
            expected.push_back(static_cast<int>(i) * 10);
        }
        CAPTURE(count);
        CHECK(outliers_of(track) == (count <= 5 ? expected : std::vector<int>{}));
    }
}

TEST_CASE("two apart are both found, and so are two after one another in different places") {
    std::vector<TrackPoint> track = drive(12);
    track[3] = at(30, 600, 5000);
    track[5] = at(50, 1000, -5000);
    CHECK(outliers_of(track) == std::vector<int>{30, 50});
}

TEST_CASE("two fixes of the same moment in different places: the one that jumps is found") {
    std::vector<TrackPoint> track = drive(6);
    track.insert(track.begin() + 3, at(20, 400, 900));
    CHECK(outliers_of(track) == std::vector<int>{20});
}

TEST_CASE("who moves on is no outlier: a plane, a train, a phone that was off") {
    std::vector<TrackPoint> plane;
    for (int i = 0; i < 20; ++i) plane.push_back(at(i * 10, i * 2500));
    CHECK(outliers_of(plane).empty());
    std::vector<TrackPoint> off = drive(10);
    for (std::size_t i = 5; i < 10; ++i) off[i] = at(static_cast<double>(i) * 10, 90'000, 0);
    CHECK(outliers_of(off).empty());
}

TEST_CASE("a journey and back between two fixes that a plane can do is none") {
    CHECK(
        outliers_of({at(0, 0), at(60, 100), at(7260, 1'500'000), at(14'460, 200), at(14'520, 300)})
            .empty());
    // In a quarter of the time nobody can.
    CHECK(outliers_of({at(0, 0), at(60, 100), at(1860, 1'500'000), at(3660, 200), at(3720, 300)}) ==
          std::vector<int>{1860});
}

TEST_CASE("the noise of a receiver, and a jump of a few metres, are none") {
    std::vector<TrackPoint> track;
    for (int i = 0; i < 50; ++i) track.push_back(at(i, i % 2 == 0 ? 0 : 140));
    CHECK(outliers_of(track).empty());
    for (const Traveller* traveller : {&kBicycle, &kCar, &kWalker}) {
        Ride ride(*traveller, {47.782, 9.612}, 3, kBegin);
        std::vector<TripPoint> made;
        for (int second = 0; second < 5400; ++second)
            made.push_back(ride.at(kBegin + second * 1000));
        CHECK(outliers_of(track_of(made)).empty());
    }
}

TEST_CASE("the first and the last fix of a track cannot be told") {
    std::vector<TrackPoint> track = drive(5);
    track[0] = at(0, 0, 9000);
    track[4] = at(40, 0, -9000);
    CHECK(outliers_of(track).empty());
    CHECK(outliers_of({}).empty());
}

TEST_CASE("real trips have none, and one that is put into each is found") {
    for (const RealTrip& real : read_real_trips()) {
        std::vector<TrackPoint> track = track_of(real.trip.points);
        CAPTURE(real.name);
        CHECK(outliers_of(track).empty());
        if (track.size() < 10) continue;
        TrackPoint& moved = track[track.size() / 2];
        moved.latitude_e7 += moved.latitude_e7 > 0 ? -20'000'000 : 20'000'000;
        std::size_t found = 0;
        OutlierFinder finder(
            [&](const Outlier& outlier) { found += outlier.point.time_ms == moved.time_ms; });
        for (const TrackPoint& point : track) finder.add(point);
        CHECK(found == 1);
    }
}
