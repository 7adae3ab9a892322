#include "web_app/trip_api.hh"

#include <fmt/format.h>

#include <chrono>
#include <limits>
#include <utility>

#include "unix_time.hh"
#include "web_app/answers.hh"
#include "web_app/changed_device.hh"
#include "web_app/query.hh"
#include "web_app/trip_readings.hh"

namespace waymark::tracker {

using namespace std::chrono_literals;
using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr std::int64_t kAnyTrackedDevice = std::numeric_limits<DeviceNumber>::max();
// 366 days of a local calendar, one of which may have 25 hours.
constexpr UnixMillis kLongestStory = std::chrono::milliseconds(366 * 24h + 1h).count();
constexpr std::size_t kLongestTripRequest = 8192;  // a place of a hundred corners

}  // namespace

void TripApi::add_routes(Routes& routes) {
    passages_.add_routes(routes);
    routes.get("/api/trips", [this](Exchange& exchange, Viewer viewer) {
        return Completion(trips(exchange, std::move(viewer)));
    });
    routes.get("/api/places", [this](Exchange& exchange, Viewer viewer) {
        return Completion(places(exchange, std::move(viewer)));
    });
    for (const auto& [path, name] : {std::pair{"/api/trips/on-the-way", "trip.on_the_way"},
                                     {"/api/trips/stayed", "trip.stayed"},
                                     {"/api/trips/split", "trip.split"},
                                     {"/api/trips/undo", "trip.undo"}})
        routes.post(path, kLongestTripRequest,
                    [this, name = name](Exchange& exchange, Viewer viewer) {
                        return change_trip(exchange, std::move(viewer), name);
                    });
    for (const auto& [path, name] : {std::pair{"/api/places/add", "place.add"},
                                     {"/api/places/change", "place.change"},
                                     {"/api/places/remove", "place.remove"}})
        routes.admin_post(path, kLongestTripRequest,
                          [this, name = name](Exchange& exchange, Viewer viewer) {
                              return Completion(changes_.answer(exchange, std::move(viewer), name));
                          });
}

net::Task<> TripApi::trips(Exchange& exchange, Viewer viewer) {
    Query query(exchange.request.query);
    const auto asked = static_cast<DeviceNumber>(query.number("device", 1, kAnyTrackedDevice));
    const UnixMillis from = query.number("from", 0, kEndOfTime);
    const UnixMillis to = query.number("to", 0, kEndOfTime);
    if (to < from) query.refuse("the parameter 'to' must not be before 'from'");
    if (to - from > kLongestStory)
        query.refuse("the parameter 'to' must be at most 366 days after 'from'");
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    // Who may not see it gets what there is of a device that does not exist: nothing.
    const DeviceNumber device = viewer.may_see(asked) ? asked : 0;
    std::function<std::string(Reader&)> work = [device, from, to](Reader& reader) {
        return read_segments(reader, device, from, to);
    };
    const std::optional<std::string> list = co_await reads_.ask(exchange, std::move(work));
    if (!list) co_return;
    answer_json(exchange, 200,
                fmt::format(R"({{"may_change":{},"may_name":{},"segments":{}}})",
                            device != 0 && viewer.may_change(device), viewer.is_admin(), *list));
}

net::Task<> TripApi::places(Exchange& exchange, Viewer viewer) {
    std::function<std::string(Reader&)> work = read_places;
    const std::optional<std::string> list = co_await reads_.ask(exchange, std::move(work));
    if (!list) co_return;
    answer_json(exchange, 200,
                fmt::format(R"({{"may_change":{},"places":{}}})", viewer.is_admin(), *list));
}

Completion TripApi::change_trip(Exchange& exchange, Viewer viewer, std::string_view name) {
    if (!may_change_named_device(exchange, viewer, AnyDevice::refused))
        return net::http::answered();
    return Completion(changes_.answer(exchange, std::move(viewer), std::string(name)));
}

}  // namespace waymark::tracker
