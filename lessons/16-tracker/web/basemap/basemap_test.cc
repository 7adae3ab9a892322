// The world on its way from its source (TopoJSON) to the file that the pages draw: read, unwrapped
// at the date line, projected, labelled and written. A small made-up world, and the real one.

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include "daemon/error.hh"
#include "web/basemap/base_file.hh"

using namespace waymark;
using namespace waymark::tracker::basemap;

namespace {

// Two countries side by side, a quarter of a unit square each, that share arc 0.
const char* const kTwoCountries = R"({"type":"Topology",
  "transform":{"scale":[0.5,0.25],"translate":[10,20]},
  "arcs":[[[4,0],[0,8]], [[4,8],[-4,0],[0,-8],[4,0]], [[4,0],[4,0],[0,8],[-4,0]]],
  "objects":{
    "land":{"type":"GeometryCollection","geometries":[
      {"type":"MultiPolygon","arcs":[[[-2,-3]]]}]},
    "countries":{"type":"GeometryCollection","geometries":[
      {"type":"Polygon","arcs":[[0,1]],"properties":{"name":"West"}},
      {"type":"MultiPolygon","arcs":[[[-1,2]]],"properties":{"name":"East"}},
      {"type":null,"properties":{"name":"Nowhere"}}]}}})";

World read_text(const std::string& text) {
    std::istringstream input(text);
    return read_topology(input, "test.json");
}

int widest_step(const GridLine& line) {
    int widest = 0;
    for (std::size_t i = 1; i < line.size(); ++i)
        widest = std::max(widest, std::abs(line[i].x - line[i - 1].x));
    return widest;
}

bool contains(const GridLine& ring, GridPoint point) {
    bool inside = false;
    for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
        const GridPoint a = ring[i];
        const GridPoint b = ring[i + 1];
        if ((a.y > point.y) == (b.y > point.y)) continue;
        const double part = static_cast<double>(point.y - a.y) / (b.y - a.y);
        if (point.x < a.x + part * (b.x - a.x)) inside = !inside;
    }
    return inside;
}

// Whether any copy of the world's land covers the place.
bool is_land(const Base& base, double longitude_deg, double latitude_deg) {
    const GridPoint point = project(Line{{longitude_deg, latitude_deg}}).at(0);
    bool land = false;
    for (const GridLine& ring : base.land)
        for (const int copy : {-2, -1, 0, 1, 2})
            if (contains(ring, {point.x + copy * kWorldSize, point.y})) land = !land;
    return land;
}

// The real outline, or nothing when npm's files are not there (the reason is printed).
std::optional<World> real_world() {
    const char* const name = std::getenv("WORLD_ATLAS");
    std::ifstream input(name == nullptr ? "" : name, std::ios::binary);
    if (!input) {
        fmt::print("SKIP: the real world outline: npm's world-atlas is not installed\n");
        return std::nullopt;
    }
    return read_topology(input, name);
}

}  // namespace

TEST_CASE("arcs are decoded, reversed and joined without doubling the place between them") {
    const World world = read_text(kTwoCountries);
    REQUIRE(world.countries.size() == 3);
    const Line& west = world.countries[0].rings.at(0);
    REQUIRE(west.size() == 5);
    CHECK(west[0].longitude_deg == 12.0);
    CHECK(west[0].latitude_deg == 20.0);
    CHECK(west[1].latitude_deg == 22.0);
    CHECK(west[4].longitude_deg == west[0].longitude_deg);
    const Line& east = world.countries[1].rings.at(0);
    CHECK(east[0].latitude_deg == 22.0);
    CHECK(east[1].latitude_deg == 20.0);
    CHECK(world.countries[2].rings.empty());
}

TEST_CASE("a border is an arc that two countries share, once; coast is none") {
    const World world = read_text(kTwoCountries);
    REQUIRE(world.borders.size() == 1);
    CHECK(world.borders[0].size() == 2);
    CHECK(world.borders[0][0].longitude_deg == 12.0);
}

TEST_CASE("a file that is not a world outline is refused by name") {
    const std::string good = kTwoCountries;
    std::string wrong_arc = good;
    wrong_arc.replace(wrong_arc.find("[[-2,-3]]"), 9, "[[-2,-9]]");
    const std::string cut = good.substr(0, good.size() / 2);
    for (const std::string& text : {std::string(), std::string("[]"), cut, wrong_arc}) {
        CAPTURE(text);
        CHECK_THROWS_WITH_AS(read_text(text), doctest::Contains("test.json: "), daemon::UsageError);
    }
}

TEST_CASE("each step takes the short way round") {
    const Line line = unwrap({{179, 0}, {-179, 0}, {-178, 0}, {179, 0}, {-179, 1}});
    const double expected[] = {179, 181, 182, 179, 181};
    for (std::size_t i = 0; i < line.size(); ++i) CHECK(line[i].longitude_deg == expected[i]);
    CHECK(turns(unwrap({{179, 0}, {-179, 0}, {-179, 5}, {179, 0}})) == 0);
}

TEST_CASE("a ring round the pole is closed below the map; one that does not go round is not") {
    const Line round = {{-180, -70}, {-60, -70}, {60, -70}, {180, -70}};
    CHECK(turns(unwrap(round)) == 1);
    const GridLine closed = flatten_ring(round);
    CHECK(closed.front() == closed.back());
    CHECK(contains(closed, project(Line{{0, -80}}).at(0)));
    CHECK(contains(closed, {kWorldSize / 2, kWorldSize + 10}));
    CHECK_FALSE(contains(closed, project(Line{{0, -60}}).at(0)));
    CHECK(flatten_ring({{0, 0}, {1, 0}, {1, 1}, {0, 0}}).size() == 4);
    CHECK(flatten_ring({{-180, -89.999}, {0, -89.999}, {180, -89.999}}).empty());
}

TEST_CASE("the map's corners and middle are where web mercator has them") {
    CHECK(project(Line{{0, 0}}).at(0) == GridPoint{kWorldSize / 2, kWorldSize / 2});
    CHECK(project(Line{{-180, 85.05112878}}).at(0) == GridPoint{0, 0});
    CHECK(project(Line{{180, -85.05112878}}).at(0) == GridPoint{kWorldSize, kWorldSize});
    CHECK(project(Line{{5, 5}, {5.0000001, 5}}).size() == 1);
}

TEST_CASE("a name stands on its country's widest land, not in its notch") {
    // A U on its side: wide at the top and at the bottom, narrow between.
    const GridLine ring = {{0, 0},     {800, 0},   {800, 320}, {100, 320}, {100, 480},
                           {600, 480}, {600, 800}, {0, 800},   {0, 0}};
    const LabelPlace place = label_place({{}, ring});
    CHECK(place.width == 800);
    CHECK(contains(ring, place.point));
    CHECK(place.point.y < 320);
    CHECK(label_place({}).width == 0);
}

TEST_CASE("what is written is read back the same") {
    Base base;
    base.land = {{{-5, 7}, {70000, -70000}, {1, 2}, {-5, 7}}, {{0, 0}, {64, 63}, {-64, -65}}};
    base.borders = {{{kWorldSize * 2, 3}, {kWorldSize * 2 + 1, 3}}};
    base.labels = {{"Côte d'Ivoire", {{-9, 8}, 300}}, {"", {{0, 0}, 1}}};
    const std::string bytes = encode(base);
    const Base again = decode(bytes);
    CHECK(again.land == base.land);
    CHECK(again.borders == base.borders);
    REQUIRE(again.labels.size() == 2);
    CHECK(again.labels[0].name == "Côte d'Ivoire");
    CHECK(again.labels[0].place.point == GridPoint{-9, 8});
    CHECK(again.labels[0].place.width == 300);
    for (std::size_t length = 0; length < bytes.size(); ++length)
        CHECK_THROWS_AS(decode(bytes.substr(0, length)), daemon::UsageError);
    CHECK_THROWS_AS(decode(bytes + "x"), daemon::UsageError);
}

TEST_CASE("the real world is whole: the date line, the pole, lakes, names, size") {
    const std::optional<World> world = real_world();
    if (!world) return;
    const Base base = make_base(*world);
    for (const GridLine& ring : base.land) {
        // Only the closing line of Antarctica goes round the world.
        const bool antarctica = ring.at(ring.size() - 2).y > kWorldSize;
        if (!antarctica) CHECK(widest_step(ring) < kWorldSize / 4);
        CHECK(ring.front() == ring.back());
    }
    struct Spot {
        const char* name;
        double longitude_deg;
        double latitude_deg;
        bool land;
    };
    const Spot spots[] = {{"Munich", 11.57, 48.14, true},        {"Chukotka", -175, 66.8, true},
                          {"Kamchatka", 160, 56, true},          {"Vanua Levu", 179.2, -16.6, true},
                          {"South Pole", 0, -88, true},          {"Bering Sea", 180, 58, false},
                          {"Atlantic", -30, 40, false},          {"Caspian Sea", 51, 42, false},
                          {"north of Russia", 100, 80.5, false}, {"Koro Sea", 179.9, -18, false}};
    for (const Spot& spot : spots) {
        CAPTURE(spot.name);
        CHECK(is_land(base, spot.longitude_deg, spot.latitude_deg) == spot.land);
    }
    CHECK(base.borders.size() > 300);
    CHECK(base.labels.size() > 200);
    CHECK(std::any_of(base.labels.begin(), base.labels.end(),
                      [](const Label& label) { return label.name == "Germany"; }));
    const std::string bytes = encode(base);
    CHECK(bytes.size() < 300'000);
    CHECK(bytes.size() > 100'000);
}

TEST_CASE("without unwrapping, the same check sees land in the Atlantic") {
    const std::optional<World> world = real_world();
    if (!world) return;
    Base smeared;
    for (const Line& ring : world->land) smeared.land.push_back(project(ring));
    bool different = false;
    for (double latitude = 60; latitude < 75; latitude += 0.5)
        different = different ||
                    is_land(smeared, -30, latitude) != is_land(make_base(*world), -30, latitude);
    CHECK(different);
}
