#include "web_app/visible_line.hh"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

using namespace waymark::tracker;

namespace {

struct Drawn {
    TrackPoint point;
    bool is_break;
};

TrackPoint at(UnixMillis time_ms, double longitude, double latitude) {
    TrackPoint point;
    point.time_ms = time_ms;
    point.longitude_e7 = static_cast<std::int32_t>(std::lround(longitude * 1e7));
    point.latitude_e7 = static_cast<std::int32_t>(std::lround(latitude * 1e7));
    return point;
}

MapBox box_of(double west, double south, double east, double north) {
    return {mercator_x(west), mercator_x(east), mercator_y(north), mercator_y(south)};
}

std::vector<Drawn> draw(const std::vector<TrackPoint>& track, const std::vector<bool>& breaks,
                        const MapBox& box, double tolerance) {
    std::vector<Drawn> drawn;
    VisibleLine line(box, tolerance, [&drawn](const TrackPoint& point, bool is_break) {
        drawn.push_back({point, is_break});
    });
    for (std::size_t i = 0; i < track.size(); ++i) line.add(track[i], i == 0 || breaks[i]);
    line.end();
    return drawn;
}

std::vector<Drawn> draw(const std::vector<TrackPoint>& track, const MapBox& box, double tolerance) {
    return draw(track, std::vector<bool>(track.size()), box, tolerance);
}

MapPoint near(MapPoint place, MapPoint reference) {
    return {nearest_copy(place.x, reference.x), place.y};
}

// From a fix to the nearest line that is drawn.
double distance_to_drawn(const TrackPoint& point, const std::vector<Drawn>& drawn) {
    const MapPoint place = map_point(point);
    double least = 100;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        const MapPoint end = near(map_point(drawn[i].point), place);
        const MapPoint begin = drawn[i].is_break ? end : near(map_point(drawn[i - 1].point), end);
        least = std::min(least, distance_to_segment(place, begin, end));
    }
    return least;
}

bool is_in(const MapBox& box, const TrackPoint& point) {
    const MapPoint place = map_point(point);
    return touches(box, place, place);
}

// A walk without a plan, across the date line now and then, with some breaks.
struct Walk {
    std::vector<TrackPoint> track;
    std::vector<bool> breaks;
};

Walk walk(std::uint32_t seed, std::size_t count) {
    std::mt19937 random(seed);
    std::normal_distribution<double> step(0, 0.02);
    double longitude = 179.9, latitude = -17, east = 0, north = 0;
    Walk walk;
    for (std::size_t i = 0; i < count; ++i) {
        east = 0.9 * east + step(random);
        north = 0.9 * north + step(random);
        longitude += east;
        latitude += north;
        const bool is_break = random() % 97 == 0;
        if (is_break) latitude += 0.2;
        walk.track.push_back(
            at(static_cast<UnixMillis>(i) * 1000, std::remainder(longitude, 360), latitude));
        walk.breaks.push_back(is_break);
    }
    return walk;
}

const MapBox kWaters = box_of(179.5, -17.6, 180.6, -16.4);

// How many fixes of the box are farther from what is drawn than they may be.
int too_far(const Walk& walk, const std::vector<Drawn>& drawn, const MapBox& box,
            double tolerance) {
    int found = 0;
    for (const TrackPoint& point : walk.track)
        if (is_in(box, point) && distance_to_drawn(point, drawn) > tolerance * 1.000001) ++found;
    return found;
}

}  // namespace

TEST_CASE("no fix in the box is farther from the drawn line than the tolerance") {
    for (std::uint32_t seed = 1; seed <= 8; ++seed) {
        const Walk one = walk(seed, 1500);
        for (const double zoom : {6.0, 9.0, 13.0}) {
            CAPTURE(seed);
            CAPTURE(zoom);
            const double tolerance = 0.5 / (256 * std::exp2(zoom));
            const std::vector<Drawn> drawn = draw(one.track, one.breaks, kWaters, tolerance);
            CHECK(too_far(one, drawn, kWaters, tolerance) == 0);
            CHECK(drawn.size() < one.track.size());
        }
    }
}

TEST_CASE("a line that leaves out every second fix is found too far") {
    const Walk one = walk(1, 1500);
    const double tolerance = 0.5 / (256 * std::exp2(13));
    std::vector<Drawn> drawn = draw(one.track, one.breaks, kWaters, tolerance);
    std::vector<Drawn> halved;
    for (std::size_t i = 0; i < drawn.size(); i += 2) halved.push_back(drawn[i]);
    halved.front().is_break = true;
    CHECK(too_far(one, halved, kWaters, tolerance) > 0);
}

TEST_CASE("every line that is drawn touches the box, and every one that touches it is drawn") {
    const Walk one = walk(3, 1500);
    const std::vector<Drawn> drawn = draw(one.track, one.breaks, kWaters, 0);
    for (std::size_t i = 1; i < drawn.size(); ++i) {
        if (drawn[i].is_break) continue;
        const MapPoint begin = map_point(drawn[i - 1].point);
        CHECK(touches(kWaters, begin, near(map_point(drawn[i].point), begin)));
    }
    std::size_t expected = 0, lines = 0;
    for (std::size_t i = 1; i < one.track.size(); ++i) {
        const MapPoint begin = map_point(one.track[i - 1]);
        expected += !one.breaks[i] && touches(kWaters, begin, near(map_point(one.track[i]), begin));
    }
    for (const Drawn& each : drawn) lines += !each.is_break;
    CHECK(lines == expected);
    CHECK(expected > 20);
}

TEST_CASE(
    "a line that crosses the box with both ends outside is there; one that passes by is not") {
    const MapBox box = box_of(10, 40, 20, 50);
    CHECK(draw({at(0, 5, 45), at(1, 25, 45)}, box, 0.001).size() == 2);
    CHECK(draw({at(0, 5, 44), at(1, 12, 60)}, box, 0.001).empty());
    CHECK(draw({at(0, 5, 45), at(1, 9, 45)}, box, 0.001).empty());
    // Across the date line, where the box does so too, or lies on one side.
    const std::vector<TrackPoint> flight{at(0, 170, 0), at(1, -170, 0)};
    CHECK(draw(flight, box_of(175, -5, 185, 5), 0.001).size() == 2);
    CHECK(draw(flight, box_of(-180, -5, -175, 5), 0.001).size() == 2);
    CHECK(draw(flight, box_of(175, -5, 180, 5), 0.001).size() == 2);
    CHECK(draw(flight, box_of(-5, -5, 5, 5), 0.001).empty());
    CHECK(draw(flight, box_of(-180, -85, 180, 85), 0.001).size() == 2);
}

TEST_CASE("gaps stay gaps, and a fix without a line is one of its own") {
    const std::vector<TrackPoint> track{at(0, 1, 1), at(1, 2, 1),   at(2, 3, 1),
                                        at(3, 4, 2), at(4, 60, 60), at(5, 5, 2)};
    const std::vector<Drawn> drawn =
        draw(track, {false, false, true, true, true, true}, box_of(0, 0, 10, 10), 0);
    REQUIRE(drawn.size() == 5);
    std::vector<bool> breaks;
    for (const Drawn& each : drawn) breaks.push_back(each.is_break);
    CHECK(breaks == std::vector<bool>{true, false, true, true, true});
    CHECK(drawn[4].point.time_ms == 5);
}

TEST_CASE("a way there and back along one road keeps its far end") {
    const std::vector<Drawn> drawn =
        draw({at(0, 1, 1), at(1, 2, 1), at(2, 3, 1), at(3, 2, 1), at(4, 1, 1)},
             box_of(0, 0, 10, 10), 0.001);
    REQUIRE(drawn.size() >= 3);
    CHECK(std::any_of(drawn.begin(), drawn.end(),
                      [](const Drawn& each) { return each.point.time_ms == 2; }));
}

TEST_CASE("a long straight line keeps a fix now and then, for its colours") {
    std::vector<TrackPoint> track;
    for (int i = 0; i <= 1000; ++i) track.push_back(at(i, i * 0.001, 0));
    const double tolerance = 0.001 / 360;  // a step
    const std::vector<Drawn> drawn = draw(track, box_of(-1, -1, 2, 1), tolerance);
    CHECK(drawn.size() > 12);
    CHECK(drawn.size() < 24);
}
