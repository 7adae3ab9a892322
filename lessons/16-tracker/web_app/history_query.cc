#include "web_app/history_query.hh"

#include <algorithm>
#include <limits>

#include "unix_time.hh"

namespace waymark::tracker {

namespace {

constexpr std::int64_t kMostDevices = std::numeric_limits<DeviceNumber>::max();
constexpr double kNearestZoom = 24;

TrackView read_view_request(Query& query) {
    const double west = query.decimal("west", -180, 180);
    double east = query.decimal("east", -180, 180);
    const double south = query.decimal("south", -90, 90);
    const double north = query.decimal("north", -90, 90);
    const double zoom = query.decimal("zoom", 0, kNearestZoom);
    if (north < south) query.refuse("the parameter 'north' must not be south of 'south'");
    if (east < west) east += 360;
    const MapBox box{mercator_x(west), mercator_x(east), mercator_y(north), mercator_y(south)};
    return {box, tolerance_of_zoom(zoom)};
}

}  // namespace

DeviceNumber read_device(Query& query) {
    return static_cast<DeviceNumber>(query.number("device", 1, kMostDevices));
}

TrackRequest read_span_request(Query& query) {
    TrackRequest request;
    request.device = read_device(query);
    request.from = query.number("from", 0, kEndOfTime);
    request.to = query.number("to", 0, kEndOfTime);
    if (request.to < request.from) query.refuse("the parameter 'to' must not be before 'from'");
    return request;
}

TrackRequest read_track_request(Query& query) {
    TrackRequest request = read_span_request(query);
    request.most = static_cast<std::size_t>(query.number_or("max", 2, kMostPoints, kMostPoints));
    constexpr const char* kOfAView[] = {"west", "south", "east", "north", "zoom"};
    const bool has_view = std::any_of(std::begin(kOfAView), std::end(kOfAView),
                                      [&](const char* name) { return query.find(name); });
    if (has_view) request.view = read_view_request(query);
    return request;
}

}  // namespace waymark::tracker
