// A round trip on roads that do not exist but look as if they did: town streets that meet at
// corners, winding country roads between towns, lights to wait at, a shop to stay at, and another
// way home. It has no clock; ride.hh drives along it.

#pragma once

#include <chrono>
#include <random>
#include <string_view>
#include <vector>

#include "trips/geography.hh"

namespace waymark::tracker {

using Random = std::mt19937_64;

double uniform(Random& random, double low, double high);
bool happens(Random& random, double probability);

// What a road of one kind lets a traveller do.
struct RoadManners {
    double speed_mps;
    double turn_radius_m;  // of an ordinary corner
};

struct Traveller {
    std::string_view name;
    RoadManners street;
    RoadManners country;
    double acceleration_mps2;
    double braking_mps2;
    double sideways_mps2;  // what is comfortable in a bend: v^2 / radius
    double slope_effect;   // part of the speed that a slope of 1 takes
    double town_radius_m;
    double loop_radius_m;  // how far from home the next town is
    double battery_percent_per_hour;
};

extern const Traveller kBicycle;
extern const Traveller kCar;
extern const Traveller kWalker;

struct RoutePoint {
    Metres at;  // from home
    double speed_limit_mps = 0;
    std::chrono::seconds stop{0};  // how long to stand here
};

// Points a few metres apart that begin and end at home. Every way that is planned with the same
// state of `random` is the same.
std::vector<RoutePoint> plan_round_trip(const Traveller& traveller, Random& random);

}  // namespace waymark::tracker
