#include "services/trip_changes.hh"

#include <fmt/core.h>

#include <limits>

#include "daemon/error.hh"
#include "services/change_arguments.hh"
#include "store/places.hh"
#include "store/trip_corrections.hh"
#include "unix_time.hh"

namespace waymark::tracker {

namespace {

constexpr std::int64_t kAnyTripRow = std::numeric_limits<std::int64_t>::max();

ChangeResult with_number(std::string_view name, std::int64_t number) {
    ChangeResult result;
    result.body = fmt::format(R"({{"{}":{}}})", name, number);
    return result;
}

template <SegmentCorrection::Kind kind>
ChangeResult say_of_trip(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    ChangeArguments arguments(request.arguments);
    const auto device = arguments.device();
    const UnixMillis at = arguments.number("at", 0, kEndOfTime);
    arguments.end();
    return with_number("correction", TripCorrections(connection).add(device, kind, at, now));
}

ChangeResult undo_correction(Connection& connection, const ChangeRequest& request, UnixMillis) {
    ChangeArguments arguments(request.arguments);
    const auto device = arguments.device();
    const std::int64_t number = arguments.number("correction", 1, kAnyTripRow);
    arguments.end();
    TripCorrections(connection).remove(device, number);
    return {};
}

NamedPlace read_named_place(ChangeArguments& arguments) {
    NamedPlace place;
    place.name = arguments.text("name");
    if (arguments.has("corners")) {
        for (const auto& [latitude, longitude] : arguments.pairs("corners"))
            place.corners.push_back({latitude, longitude});
        if (place.corners.empty()) throw daemon::UsageError("'corners' must name some");
        return place;
    }
    place.middle.latitude_deg = arguments.real("lat", -90, 90);
    place.middle.longitude_deg = arguments.real("lon", -180, 180);
    place.radius_m = arguments.real("radius_m", kSmallestPlaceM, kLargestPlaceM);
    return place;
}

ChangeResult places_changed() {
    ChangeResult result;
    result.places = true;
    return result;
}

ChangeResult add_place(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    ChangeArguments arguments(request.arguments);
    const NamedPlace place = read_named_place(arguments);
    arguments.end();
    ChangeResult result = with_number("place", Places(connection).add(place, now));
    result.places = true;
    return result;
}

ChangeResult change_place(Connection& connection, const ChangeRequest& request, UnixMillis) {
    ChangeArguments arguments(request.arguments);
    NamedPlace place = read_named_place(arguments);
    place.number = arguments.number("place", 1, kAnyTripRow);
    arguments.end();
    Places(connection).change(place);
    return places_changed();
}

ChangeResult remove_place(Connection& connection, const ChangeRequest& request, UnixMillis) {
    ChangeArguments arguments(request.arguments);
    const std::int64_t number = arguments.number("place", 1, kAnyTripRow);
    arguments.end();
    Places(connection).remove(number);
    return places_changed();
}

constexpr NamedChange kTripChanges[] = {
    {"trip.on_the_way", say_of_trip<SegmentCorrection::Kind::on_the_way>},
    {"trip.stayed", say_of_trip<SegmentCorrection::Kind::stayed>},
    {"trip.split", say_of_trip<SegmentCorrection::Kind::split>},
    {"trip.undo", undo_correction},
    {"place.add", add_place},
    {"place.change", change_place},
    {"place.remove", remove_place},
};

}  // namespace

std::span<const NamedChange> trip_changes() {
    return kTripChanges;
}

}  // namespace waymark::tracker
