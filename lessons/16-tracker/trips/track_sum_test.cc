#include "trips/track_sum.hh"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace waymark::tracker;

namespace {

constexpr double kMetresADegree = 111'195.08;

TrackPoint point_at(double seconds, double metres_north, double metres_up = 500) {
    TrackPoint point;
    point.time_ms = static_cast<UnixMillis>(seconds * 1000);
    point.latitude_e7 = static_cast<std::int32_t>(std::lround(metres_north / kMetresADegree * 1e7));
    point.altitude_m = static_cast<float>(metres_up);
    return point;
}

TrackSum::Figures sum_of(const std::vector<TrackPoint>& points) {
    TrackSum sum;
    for (const TrackPoint& point : points) sum.add(point);
    return sum.figures();
}

// A night on the table: every half minute a few metres from where it was.
std::vector<TrackPoint> night(double begin_s, double metres_north) {
    std::vector<TrackPoint> points;
    for (int i = 0; i < 960; ++i)
        points.push_back(point_at(begin_s + 30 * i, metres_north + 6 * std::sin(i * 2.1),
                                  500 + 9 * std::sin(i * 1.3)));
    return points;
}

double sum_of_steps(const std::vector<TrackPoint>& points) {
    double metres = 0;
    for (std::size_t i = 1; i < points.size(); ++i)
        metres +=
            std::abs(points[i].latitude_e7 - points[i - 1].latitude_e7) / 1e7 * kMetresADegree;
    return metres;
}

}  // namespace

TEST_CASE("a night on the table is no way, no time and no climb, though its steps add up") {
    const std::vector<TrackPoint> points = night(0, 0);
    CHECK(sum_of_steps(points) > 5000);
    const TrackSum::Figures sum = sum_of(points);
    CHECK(sum.fixes == 960);
    CHECK(sum.distance_m == 0);
    CHECK(sum.moving_ms == 0);
    CHECK(sum.climb_m == 0);
    CHECK(sum.first_ms == 0);
    CHECK(sum.last_ms == 959 * 30'000);
}

TEST_CASE("a ride counts every step, also the short ones and a stop at a light") {
    std::vector<TrackPoint> points;
    for (int second = 0; second <= 100; ++second) points.push_back(point_at(second, 2.0 * second));
    CHECK(sum_of(points).distance_m == doctest::Approx(200).epsilon(0.001));
    CHECK(sum_of(points).moving_ms == 100'000);
    for (int second = 101; second <= 140; ++second) points.push_back(point_at(second, 200));
    for (int second = 141; second <= 200; ++second)
        points.push_back(point_at(second, 200 + 2.0 * (second - 140)));
    CHECK(sum_of(points).distance_m == doctest::Approx(320).epsilon(0.001));
    CHECK(sum_of(points).moving_ms == 160'000);
}

TEST_CASE("the way out of a rest is straight, from where it was") {
    std::vector<TrackPoint> points = night(0, 0);
    points.push_back(point_at(960 * 30, 300));
    CHECK(sum_of(points).distance_m == doctest::Approx(300).epsilon(0.001));
    CHECK(sum_of(points).moving_ms == 30'000);
}

TEST_CASE("over a gap nothing is counted; a slow silence is a step") {
    const TrackSum::Figures gap =
        sum_of({point_at(0, 0), point_at(10, 100), point_at(10 + 601, 1101), point_at(621, 1201)});
    CHECK(gap.gaps == 1);
    CHECK(gap.distance_m == doctest::Approx(200).epsilon(0.001));
    const TrackSum::Figures near =
        sum_of({point_at(0, 0), point_at(10, 100), point_at(10 + 601, 1099), point_at(621, 1199)});
    CHECK(near.gaps == 0);
    CHECK(near.distance_m == doctest::Approx(1199).epsilon(0.001));
    CHECK(sum_of({point_at(0, 0), point_at(7200, 900)}).moving_ms == 0);
}

TEST_CASE("one fix alone is no top speed, two in a row are; one that has no neighbour is") {
    std::vector<TrackPoint> points;
    for (int i = 0; i < 10; ++i) {
        points.push_back(point_at(i * 10, i * 100.0));
        points.back().speed_mps = 10.0F;
    }
    points[4].speed_mps = 90.0F;
    CHECK(sum_of(points).top_speed_mps == 10.0F);
    points[5].speed_mps = 20.0F;
    CHECK(sum_of(points).top_speed_mps == 20.0F);
    TrackPoint alone = point_at(1000, 1000);
    alone.speed_mps = 40.0F;
    points.push_back(alone);
    CHECK(sum_of(points).top_speed_mps == 40.0F);
    TrackPoint later = point_at(2000, 2000);
    later.speed_mps = 5.0F;
    points.push_back(later);
    CHECK(sum_of(points).top_speed_mps == 40.0F);
    CHECK_FALSE(sum_of({point_at(0, 0)}).top_speed_mps);
}

TEST_CASE("a device that sends no speed has that of its places; one jump is none") {
    std::vector<TrackPoint> points;
    for (int second = 0; second < 60; ++second) points.push_back(point_at(second, 10.0 * second));
    const TrackSum::Figures steady = sum_of(points);
    CHECK_FALSE(steady.has_sent_speeds);
    REQUIRE(steady.top_speed_mps);
    CHECK(*steady.top_speed_mps == doctest::Approx(10).epsilon(0.01));
    for (int second = 30; second < 60; ++second)
        points[static_cast<std::size_t>(second)] = point_at(second, 800 + 10.0 * second);
    CHECK(*sum_of(points).top_speed_mps == doctest::Approx(10).epsilon(0.01));
    std::vector<TrackPoint> flight;
    for (int second = 0; second < 60; ++second) flight.push_back(point_at(second, 250.0 * second));
    CHECK(*sum_of(flight).top_speed_mps == doctest::Approx(250).epsilon(0.01));
}

TEST_CASE("rises below five metres are noise, and a fall begins anew") {
    Climb climb;
    CHECK_FALSE(climb.metres());
    for (const float altitude : {100.0F, 103.0F, 99.0F, 102.0F, 100.0F}) climb.add(altitude);
    CHECK(climb.metres() == 0);
    Climb hills;
    for (const float altitude : {100.0F, 110.0F, 90.0F, 96.0F}) hills.add(altitude);
    hills.add(std::nullopt);
    hills.add(120.0F);
    CHECK(hills.metres() == 40);
}
