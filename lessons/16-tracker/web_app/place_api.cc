#include "web_app/place_api.hh"

#include <fmt/format.h>

#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "protocols/extras.hh"
#include "unix_time.hh"
#include "web_app/answers.hh"
#include "web_app/query.hh"

namespace waymark::tracker {

using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr std::size_t kLongestHookRequest = 4096;

std::string number_or_null(std::optional<std::int64_t> number) {
    return number ? std::to_string(*number) : "null";
}

std::string events_as_json(Reader& reader, const Viewer& viewer, std::int64_t below) {
    std::unordered_map<DeviceNumber, std::string> names;
    for (Device& device : reader.devices()) names.emplace(device.number, std::move(device.name));
    const std::vector<PlaceEvent> events =
        reader.place_events([&](DeviceNumber device) { return viewer.may_see(device); },
                            PlaceApi::kEventsOfAPage, below);
    std::string list;
    for (const PlaceEvent& event : events)
        fmt::format_to(std::back_inserter(list),
                       R"({}{{"event":{},"kind":"{}","place":{},"name":{},"device":{},)"
                       R"("device_name":{},"time":{},"noticed":{}}})",
                       list.empty() ? "" : ",", event.number, to_text(event.kind), event.place,
                       json_string(event.place_name), event.device, json_string(names[event.device]),
                       event.time_ms, event.noticed_ms);
    const bool is_full = events.size() == PlaceApi::kEventsOfAPage;
    return fmt::format(
        R"({{"events":[{}],"below":{}}})", list,
        number_or_null(is_full ? std::optional(events.back().number) : std::nullopt));
}

std::string hooks_as_json(const std::vector<WebHook>& hooks) {
    std::string list;
    for (const WebHook& hook : hooks)
        fmt::format_to(std::back_inserter(list),
                       R"({}{{"hook":{},"place":{},"url":{},"made":{},"tried":{},"said":{},)"
                       R"("failures":{},"due":{},"waiting":{},"delivered":{},"dropped":{}}})",
                       list.empty() ? "" : ",", hook.number, number_or_null(hook.place),
                       json_string(hook.url), hook.made_ms, number_or_null(hook.tried_ms),
                       json_string(hook.said), hook.failures, hook.due_ms, hook.waiting,
                       hook.delivered, hook.dropped);
    return "[" + list + "]";
}

}  // namespace

void PlaceApi::add_routes(Routes& routes) {
    routes.get("/api/places/events", [this](Exchange& exchange, Viewer viewer) {
        return Completion(events(exchange, std::move(viewer)));
    });
    routes.get("/api/hooks", [this](Exchange& exchange, Viewer viewer) {
        return Completion(hooks(exchange, std::move(viewer)));
    });
    for (const auto& [path, name] : {std::pair{"/api/hooks/add", "hook.add"},
                                     {"/api/hooks/remove", "hook.remove"},
                                     {"/api/hooks/test", "hook.test"}})
        routes.post(path, kLongestHookRequest,
                    [this, name = name](Exchange& exchange, Viewer viewer) {
                        return change(exchange, std::move(viewer), name);
                    });
}

net::Task<> PlaceApi::events(Exchange& exchange, Viewer viewer) {
    Query query(exchange.request.query);
    const std::int64_t below =
        query.number_or("below", 1, std::numeric_limits<std::int64_t>::max(), 0);
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    std::function<std::string(Reader&)> work = [viewer = std::move(viewer), below](Reader& reader) {
        return events_as_json(reader, viewer, below);
    };
    const std::optional<std::string> body = co_await reads_.ask(exchange, std::move(work));
    if (body) answer_json(exchange, 200, *body);
}

net::Task<> PlaceApi::hooks(Exchange& exchange, Viewer viewer) {
    std::function<std::string(Reader&)> work = [user = viewer.user](Reader& reader) {
        return hooks_as_json(reader.web_hooks(user));
    };
    const std::optional<std::string> list = co_await reads_.ask(exchange, std::move(work));
    if (!list) co_return;
    answer_json(
        exchange, 200,
        fmt::format(R"({{"are_on":{},"now":{},"hooks":{}}})", are_hooks_on_, unix_now(), *list));
}

Completion PlaceApi::change(Exchange& exchange, Viewer viewer, std::string name) {
    if (!are_hooks_on_) {
        answer_error(exchange, 409,
                     "This server posts nothing: whoever runs it says by --web-hooks where web "
                     "hooks may go.");
        return net::http::answered();
    }
    return Completion(changes_.answer(exchange, std::move(viewer), std::move(name)));
}

}  // namespace waymark::tracker
