#include "trips/route.hh"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace waymark::tracker {

using std::chrono::minutes;

const Traveller kBicycle{"bicycle", {5.2, 5}, {6.4, 45}, 0.7, 1.2, 1.6, 6, 380, 2600, 7};
const Traveller kCar{"car", {13.0, 9}, {24.0, 140}, 1.6, 2.2, 2.4, 0.5, 550, 6500, 4};
const Traveller kWalker{"walker", {1.35, 2}, {1.5, 12}, 0.6, 0.8, 1.5, 2, 220, 900, 6};

double uniform(Random& random, double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
}

bool happens(Random& random, double probability) {
    return uniform(random, 0, 1) < probability;
}

namespace {

constexpr double kPointSpacingM = 4;

// A bend of the planned line, not yet rounded.
struct Corner {
    Metres at;
    RoadManners manners;
    std::chrono::seconds stop{0};
};
using Corners = std::vector<Corner>;

struct Town {
    Metres centre;
    double street_angle;  // radians: the grid of its streets against north
};

Metres direction(double angle) {
    return {std::sin(angle), std::cos(angle)};
}

double dot(Metres a, Metres b) {
    return a.east * b.east + a.north * b.north;
}

std::chrono::seconds wait_at_light(Random& random) {
    return std::chrono::seconds(static_cast<long>(uniform(random, 8, 45)));
}

// Along a grid of streets: blocks of 70 to 160 m, first those that lead one way and those that lead
// the other shuffled together, so that the line turns at some corners and goes straight at others.
void append_streets(Corners& corners, Metres to, double street_angle, const Traveller& traveller,
                    Random& random) {
    const Metres along = direction(street_angle);
    const Metres across = direction(street_angle + std::numbers::pi / 2);
    const Metres way = to - corners.back().at;
    std::vector<Metres> blocks;
    for (const Metres axis : {along, across}) {
        const double distance = dot(way, axis);
        const double count =
            std::max(1.0, std::round(std::abs(distance) / uniform(random, 70, 160)));
        for (int i = 0; i < static_cast<int>(count); ++i)
            blocks.push_back(axis * (distance / count));
    }
    std::shuffle(blocks.begin(), blocks.end(), random);
    Metres at = corners.back().at;
    for (const Metres block : blocks) {
        at = at + block;
        // Streets are not drawn with a ruler.
        const Metres crooked{uniform(random, -5, 5), uniform(random, -5, 5)};
        const bool light = happens(random, 0.12);
        corners.push_back({at + crooked, traveller.street,
                           light ? wait_at_light(random) : std::chrono::seconds(0)});
    }
    corners.back().at = to;
}

// A winding line: its middle is moved aside, and then the middle of each half, and so on.
void append_country_road(Corners& corners, Metres to, const Traveller& traveller, Random& random) {
    const Metres from = corners.back().at;
    const Metres way = to - from;
    const double distance = length(way);
    if (distance < std::max(60.0, traveller.country.turn_radius_m * 2)) {
        corners.push_back({to, traveller.country, std::chrono::seconds(0)});
        return;
    }
    const Metres aside{way.north, -way.east};
    const Metres middle =
        from + way * uniform(random, 0.4, 0.6) + aside * uniform(random, -0.16, 0.16);
    append_country_road(corners, middle, traveller, random);
    append_country_road(corners, to, traveller, random);
}

std::vector<Town> choose_towns(const Traveller& traveller, Random& random) {
    std::vector<Town> towns;
    const int count = happens(random, 0.5) ? 3 : 2;
    double angle = uniform(random, 0, 2 * std::numbers::pi);
    const double side = happens(random, 0.5) ? 1 : -1;  // clockwise or not
    for (int i = 0; i < count; ++i) {
        const double radius = traveller.loop_radius_m * uniform(random, 0.75, 1.1);
        towns.push_back({direction(angle) * radius, uniform(random, 0, std::numbers::pi / 2)});
        angle += side * uniform(random, 0.9, 1.3);
    }
    return towns;
}

// Where a town ends on the side that looks to `neighbour`.
Metres edge_of(const Town& town, Metres neighbour, const Traveller& traveller) {
    const Metres way = neighbour - town.centre;
    return town.centre + way * (traveller.town_radius_m / length(way));
}

Corners plan_corners(const Traveller& traveller, Random& random) {
    std::vector<Town> towns{{{0, 0}, uniform(random, 0, std::numbers::pi / 2)}};
    for (const Town& town : choose_towns(traveller, random)) towns.push_back(town);
    const std::size_t shop = 1 + static_cast<std::size_t>(random() % (towns.size() - 1));
    Corners corners{{towns[0].centre, traveller.street, std::chrono::seconds(0)}};
    for (std::size_t i = 0; i < towns.size(); ++i) {
        const Town& here = towns[i];
        const Town& next = towns[(i + 1) % towns.size()];
        append_streets(corners, edge_of(here, next.centre, traveller), here.street_angle, traveller,
                       random);
        append_country_road(corners, edge_of(next, here.centre, traveller), traveller, random);
        append_streets(corners, next.centre, next.street_angle, traveller, random);
        if (i + 1 == shop)
            corners.back().stop =
                minutes(7) + std::chrono::seconds(static_cast<long>(uniform(random, 0, 240)));
    }
    return corners;
}

void append_straight(std::vector<RoutePoint>& route, Metres to, double speed_mps) {
    const Metres from = route.back().at;
    const int count = static_cast<int>(std::ceil(length(to - from) / kPointSpacingM));
    for (int i = 1; i <= count; ++i)
        route.push_back({from + (to - from) * (static_cast<double>(i) / count), speed_mps});
}

// Rounds `corner` by an arc of a circle that begins and ends `reach` away from it.
void append_bend(std::vector<RoutePoint>& route, const Corner& corner, Metres before, Metres after,
                 const Traveller& traveller) {
    const Metres in = (corner.at - before) * (1 / length(corner.at - before));
    const Metres out = (after - corner.at) * (1 / length(after - corner.at));
    const double turn = std::acos(std::clamp(dot(in, out), -1.0, 1.0));
    // Two bends share the street between them, so each takes less than half of it.
    const double room = 0.45 * std::min(length(corner.at - before), length(after - corner.at));
    const double half_tangent = std::max(1e-6, std::tan(turn / 2));
    const double reach = std::min(corner.manners.turn_radius_m * half_tangent, room);
    const double radius = reach / half_tangent;
    append_straight(route, corner.at - in * reach, corner.manners.speed_mps);
    route.back().stop = corner.stop;

    const double limit =
        std::min(corner.manners.speed_mps, std::sqrt(traveller.sideways_mps2 * radius));
    const bool right = in.east * out.north - in.north * out.east < 0;
    const Metres inward = right ? Metres{in.north, -in.east} : Metres{-in.north, in.east};
    const Metres start = route.back().at;
    const int count = std::max(2, static_cast<int>(std::ceil(turn * radius / kPointSpacingM)));
    for (int i = 1; i <= count; ++i) {
        const double angle = turn * i / count;
        route.push_back(
            {start + in * (radius * std::sin(angle)) + inward * (radius * (1 - std::cos(angle))),
             limit});
    }
}

// Corners closer than this cannot be told apart and have no direction between them.
void remove_crowded(Corners& corners) {
    Corners kept{corners.front()};
    for (std::size_t i = 1; i < corners.size(); ++i) {
        if (length(corners[i].at - kept.back().at) < 12) {
            kept.back().stop = std::max(kept.back().stop, corners[i].stop);
        } else {
            kept.push_back(corners[i]);
        }
    }
    corners = std::move(kept);
}

}  // namespace

std::vector<RoutePoint> plan_round_trip(const Traveller& traveller, Random& random) {
    Corners corners = plan_corners(traveller, random);
    remove_crowded(corners);
    std::vector<RoutePoint> route{{corners.front().at, traveller.street.speed_mps}};
    for (std::size_t i = 1; i + 1 < corners.size(); ++i)
        append_bend(route, corners[i], corners[i - 1].at, corners[i + 1].at, traveller);
    append_straight(route, Metres{0, 0}, traveller.street.speed_mps);
    return route;
}

}  // namespace waymark::tracker
