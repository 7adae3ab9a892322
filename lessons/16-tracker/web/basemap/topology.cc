#include "web/basemap/topology.hh"

#include <fmt/core.h>

#include <cstdlib>
#include <istream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "daemon/error.hh"

namespace waymark::tracker::basemap {
namespace {

using Json = nlohmann::json;

// An arc number n >= 0 is arc n; n < 0 is arc -1-n walked backwards.
std::size_t arc_of(int reference) {
    return static_cast<std::size_t>(reference >= 0 ? reference : -1 - reference);
}

// Every place of an arc is the step from the one before it, in units of `scale`.
std::vector<Line> read_arcs(const Json& topology) {
    const Json& transform = topology.at("transform");
    const Place scale{transform.at("scale").at(0), transform.at("scale").at(1)};
    const Place origin{transform.at("translate").at(0), transform.at("translate").at(1)};
    std::vector<Line> arcs;
    for (const Json& steps : topology.at("arcs")) {
        Line arc;
        long x = 0;
        long y = 0;
        for (const Json& step : steps) {
            x += step.at(0).get<long>();
            y += step.at(1).get<long>();
            arc.push_back({static_cast<double>(x) * scale.longitude_deg + origin.longitude_deg,
                           static_cast<double>(y) * scale.latitude_deg + origin.latitude_deg});
        }
        arcs.push_back(std::move(arc));
    }
    return arcs;
}

// Arcs end to end: the first place of each is the last one of the arc before it.
Line join(const Json& references, const std::vector<Line>& arcs) {
    Line ring;
    for (const int reference : references) {
        Line arc = arcs.at(arc_of(reference));
        if (reference < 0) arc = Line(arc.rbegin(), arc.rend());
        ring.insert(ring.end(), arc.begin() + (ring.empty() ? 0 : 1), arc.end());
    }
    return ring;
}

// The lists of arc numbers of every ring of a Polygon or MultiPolygon.
std::vector<Json> rings_of(const Json& geometry) {
    if (!geometry.contains("arcs")) return {};
    const Json& arcs = geometry.at("arcs");
    if (geometry.at("type") == "Polygon") return {arcs.begin(), arcs.end()};
    std::vector<Json> rings;
    for (const Json& polygon : arcs) rings.insert(rings.end(), polygon.begin(), polygon.end());
    return rings;
}

// A border is an arc that two countries use; an arc of one country is coast.
std::vector<Line> shared_arcs(const Json& countries, const std::vector<Line>& arcs) {
    std::map<std::size_t, std::set<const Json*>> users;
    for (const Json& country : countries)
        for (const Json& ring : rings_of(country))
            for (const int reference : ring) users[arc_of(reference)].insert(&country);
    std::vector<Line> borders;
    for (const auto& [arc, countries_of_arc] : users)
        if (countries_of_arc.size() > 1) borders.push_back(arcs.at(arc));
    return borders;
}

World read(const Json& topology) {
    const std::vector<Line> arcs = read_arcs(topology);
    const Json& objects = topology.at("objects");
    World world;
    for (const Json& geometry : objects.at("land").at("geometries"))
        for (const Json& ring : rings_of(geometry)) world.land.push_back(join(ring, arcs));
    const Json& countries = objects.at("countries").at("geometries");
    for (const Json& geometry : countries) {
        Country country{geometry.at("properties").at("name"), {}};
        for (const Json& ring : rings_of(geometry)) country.rings.push_back(join(ring, arcs));
        world.countries.push_back(std::move(country));
    }
    world.borders = shared_arcs(countries, arcs);
    return world;
}

}  // namespace

World read_topology(std::istream& input, std::string_view file_name) {
    try {
        return read(Json::parse(input));
    } catch (const Json::exception& error) {
        throw daemon::UsageError(
            fmt::format("{}: not a world outline in TopoJSON: {}", file_name, error.what()));
    } catch (const std::out_of_range&) {
        throw daemon::UsageError(
            fmt::format("{}: a shape names an arc that is not there", file_name));
    }
}

}  // namespace waymark::tracker::basemap
