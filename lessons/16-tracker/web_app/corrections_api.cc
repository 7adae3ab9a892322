#include "web_app/corrections_api.hh"

#include <limits>
#include <optional>
#include <utility>

#include "unix_time.hh"
#include "web_app/answers.hh"
#include "web_app/changed_device.hh"
#include "web_app/correction_readings.hh"

namespace waymark::tracker {

using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr std::size_t kLongestCorrection = 8192;  // 64 points
constexpr std::int64_t kAnyCorrection = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kAnyDevice = std::numeric_limits<DeviceNumber>::max();

using Work = std::function<std::string(Reader&)>;

FixChoice read_fix_choice(Query& query, DeviceNumber device) {
    FixChoice choice;
    choice.device = device;
    choice.from = query.number("from", 0, kEndOfTime);
    choice.to = query.number("to", choice.from, kEndOfTime);
    if (const auto text = query.find("box")) {
        const std::optional<Box> box = parse_box(*text);
        if (box)
            choice.box = *box;
        else
            query.refuse("the parameter 'box' must be SOUTH,WEST,NORTH,EAST in degrees x 10^7");
    }
    return choice;
}

Work prepare_list(Query& query, DeviceNumber device) {
    const std::int64_t below = query.number_or("below", 1, kAnyCorrection, 0);
    return [device, below](Reader& reader) {
        return corrections_json(reader, device, CorrectionsApi::kMostCorrections, below);
    };
}

Work prepare_count(Query& query, DeviceNumber device) {
    const FixChoice choice = read_fix_choice(query, device);
    return [choice](Reader& reader) { return count_json(reader, choice); };
}

Work prepare_points(Query& query, DeviceNumber device) {
    const FixChoice choice = read_fix_choice(query, device);
    std::optional<FixKey> after;
    if (const auto text = query.find("after")) {
        after = parse_fix_key(*text);
        if (!after) query.refuse("the parameter 'after' must be TIME,LATITUDE,LONGITUDE");
    }
    return [choice, after](Reader& reader) {
        return points_json(reader, choice, after, CorrectionsApi::kMostPoints);
    };
}

Work prepare_hidden(Query& query, DeviceNumber device) {
    const std::int64_t number = query.number("correction", 1, kAnyCorrection);
    return [device, number](Reader& reader) {
        return hidden_json(reader, device, number, CorrectionsApi::kMostPoints);
    };
}

Work prepare_outliers(Query& query, DeviceNumber device) {
    const FixChoice choice = read_fix_choice(query, device);
    return [choice](Reader& reader) {
        return outliers_json(reader, choice, CorrectionsApi::kMostOutliers);
    };
}

Work prepare_units(Query& query, DeviceNumber device) {
    const UnixMillis now = query.number_or("now", 0, kEndOfTime, unix_now());
    return [device, now](Reader& reader) { return units_json(reader, device, now); };
}

}  // namespace

void CorrectionsApi::add_routes(Routes& routes) {
    add_reading(routes, "/api/corrections", prepare_list);
    add_reading(routes, "/api/corrections/count", prepare_count);
    add_reading(routes, "/api/corrections/points", prepare_points);
    add_reading(routes, "/api/corrections/hidden", prepare_hidden);
    add_reading(routes, "/api/corrections/outliers", prepare_outliers);
    add_reading(routes, "/api/corrections/units", prepare_units);
    add_change(routes, "/api/corrections/hide", "correction.hide");
    add_change(routes, "/api/corrections/delete", "correction.delete");
    add_change(routes, "/api/corrections/delete-hidden", "correction.delete_hidden");
    add_change(routes, "/api/corrections/undo", "correction.undo");
    add_change(routes, "/api/corrections/go-on", "correction.go_on");
    add_change(routes, "/api/corrections/speeds", "correction.speeds");
    add_change(routes, "/api/corrections/unit", "correction.unit");
}

void CorrectionsApi::add_reading(Routes& routes, std::string_view pattern, Prepare prepare) {
    routes.get(pattern, [this, prepare](Exchange& exchange, Viewer viewer) {
        return Completion(read(exchange, std::move(viewer), prepare));
    });
}

void CorrectionsApi::add_change(Routes& routes, std::string_view pattern, std::string_view change) {
    routes.post(pattern, kLongestCorrection,
                [this, name = std::string(change)](Exchange& exchange, Viewer viewer) {
                    if (!may_change_named_device(exchange, viewer, AnyDevice::refused))
                        return net::http::answered();
                    return Completion(changes_.answer(exchange, std::move(viewer), name));
                });
}

net::Task<> CorrectionsApi::read(Exchange& exchange, Viewer viewer, Prepare prepare) {
    Query query(exchange.request.query);
    const auto device = static_cast<DeviceNumber>(query.number("device", 1, kAnyDevice));
    std::function<std::string(Reader&)> work = prepare(query, device);
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    if (!may_change_or_refuse(exchange, viewer, device, AnyDevice::refused)) co_return;
    const std::optional<std::string> body = co_await reads_.ask(exchange, std::move(work));
    if (body && body->empty())
        answer_error(exchange, 404, "That correction is not there any more.");
    else if (body)
        answer_json(exchange, 200, *body);
}

}  // namespace waymark::tracker
