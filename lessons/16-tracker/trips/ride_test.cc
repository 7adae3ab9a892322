#include "trips/ride.hh"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace waymark::tracker;

namespace {

constexpr Place kHome{47.782, 9.612};
constexpr UnixMillis kStart = 1'700'000'000'000;

struct Sample {
    TripPoint point;
    Place true_place;
    double true_speed_mps;
};

// Ninety minutes, one sample a second.
std::vector<Sample> ride_of(const Traveller& traveller, std::uint64_t seed) {
    Ride ride(traveller, kHome, seed, kStart);
    std::vector<Sample> samples;
    for (int second = 0; second < 5400; ++second) {
        const TripPoint point = ride.at(kStart + second * 1000);
        samples.push_back({point, ride.true_place(), ride.true_speed_mps()});
    }
    return samples;
}

// The smallest angle between two courses.
double turn_between(double a, double b) {
    const double difference = std::fmod(std::abs(a - b), 360);
    return std::min(difference, 360 - difference);
}

}  // namespace

TEST_CASE("the same seed is the same ride, another seed is another") {
    const std::vector<Sample> first = ride_of(kCar, 7);
    const std::vector<Sample> again = ride_of(kCar, 7);
    const std::vector<Sample> other = ride_of(kCar, 8);
    const auto same_place = [](const Sample& a, const Sample& b) {
        return a.point.place.latitude_deg == b.point.place.latitude_deg &&
               a.point.place.longitude_deg == b.point.place.longitude_deg;
    };
    CHECK(std::equal(first.begin(), first.end(), again.begin(), same_place));
    CHECK_FALSE(std::equal(first.begin(), first.end(), other.begin(), same_place));
}

TEST_CASE("nobody drives faster, brakes harder or steers tighter than his vehicle can") {
    for (const Traveller* traveller : {&kBicycle, &kCar, &kWalker}) {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            CAPTURE(traveller->name);
            CAPTURE(seed);
            const std::vector<Sample> ride = ride_of(*traveller, seed);
            double hardest = 0;
            double fastest = 0;
            double furthest_step = 0;
            for (std::size_t i = 1; i < ride.size(); ++i) {
                const double change = ride[i].true_speed_mps - ride[i - 1].true_speed_mps;
                hardest = std::max(hardest, std::abs(change));
                fastest = std::max(fastest, ride[i].true_speed_mps);
                furthest_step =
                    std::max(furthest_step, distance_m(ride[i - 1].true_place, ride[i].true_place));
            }
            CHECK(fastest < traveller->country.speed_mps * 1.55);
            CHECK(fastest > traveller->street.speed_mps * 0.9);
            CHECK(hardest < 2 * traveller->braking_mps2);
            // A jump, for instance between two round trips, would be a longer step.
            CHECK(furthest_step <= fastest * 1.1);
        }
    }
}

TEST_CASE("a ride winds, stops at lights and stays somewhere, and comes home") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        CAPTURE(seed);
        const std::vector<Sample> ride = ride_of(kBicycle, seed);
        int short_stops = 0;
        int long_stays = 0;
        int bends = 0;
        double furthest = 0;
        double nearest_at_end = 1e9;
        int standing = 0;
        for (std::size_t i = 10; i < ride.size(); ++i) {
            furthest = std::max(furthest, distance_m(kHome, ride[i].true_place));
            if (i > 600)
                nearest_at_end = std::min(nearest_at_end, distance_m(kHome, ride[i].true_place));
            const std::optional<double> before = ride[i - 10].point.course_deg;
            const std::optional<double> after = ride[i].point.course_deg;
            if (before && after && turn_between(*before, *after) > 45) ++bends;
            if (ride[i].true_speed_mps == 0) {
                ++standing;
            } else {
                if (standing > 5 && standing < 60) ++short_stops;
                if (standing > 400) ++long_stays;
                standing = 0;
            }
        }
        CHECK(bends > 50);
        CHECK(short_stops >= 1);
        CHECK(long_stays >= 1);
        CHECK(furthest > 1500);
        CHECK(nearest_at_end < 5);
    }
}

TEST_CASE("the phone's view is near the truth, but never on it") {
    const std::vector<Sample> ride = ride_of(kCar, 3);
    double sum = 0;
    double largest = 0;
    double largest_change = 0;
    for (std::size_t i = 0; i < ride.size(); ++i) {
        const double error = distance_m(ride[i].true_place, ride[i].point.place);
        sum += error;
        largest = std::max(largest, error);
        if (i > 0) {
            const double before = distance_m(ride[i - 1].true_place, ride[i - 1].point.place);
            largest_change = std::max(largest_change, std::abs(error - before));
        }
        CHECK(*ride[i].point.accuracy_m >= 2.5);
        CHECK(*ride[i].point.accuracy_m < 15);
    }
    const double mean = sum / static_cast<double>(ride.size());
    CHECK(mean > 1);
    CHECK(mean < 8);
    CHECK(largest < 20);
    // It wanders; it does not jump from second to second.
    CHECK(largest_change < 4);
}

TEST_CASE("the battery falls, and a phone at rest has no course") {
    Ride ride(kBicycle, kHome, 5, kStart);
    const TripPoint first = ride.at(kStart);
    CHECK_FALSE(first.course_deg);
    CHECK(first.speed_mps == 0);
    const TripPoint later = ride.at(kStart + 3'600'000);
    CHECK(*later.battery_percent < *first.battery_percent);
    CHECK(*later.battery_percent > *first.battery_percent - 10);
}

TEST_CASE("hills are smooth") {
    const FlatMap map(kHome);
    for (int i = -200; i < 200; ++i) {
        const double here = height_m(map.place({i * 50.0, i * 30.0}));
        const double there = height_m(map.place({(i + 1) * 50.0, (i + 1) * 30.0}));
        CHECK(std::abs(there - here) < 0.16 * 60);
    }
}
