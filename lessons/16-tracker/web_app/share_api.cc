#include "web_app/share_api.hh"

#include <fmt/core.h>

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "protocols/extras.hh"
#include "unix_time.hh"
#include "web_app/answers.hh"
#include "web_app/change_answers.hh"
#include "web_app/changed_device.hh"

namespace waymark::tracker {

using daemon::Deadline;
using net::http::answered;
using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr std::size_t kLongestShareRequest = 4096;
constexpr std::chrono::seconds kPatienceWithShares{5};

std::string shares_as_json(Reader& reader, const Viewer& viewer, const ShareBook& book,
                           UnixMillis now) {
    std::unordered_map<DeviceNumber, std::string> names;
    for (Device& device : reader.devices()) names.emplace(device.number, std::move(device.name));
    std::string list;
    for (const ShareLink& link : book.links()) {
        if (!viewer.may_change(link.device)) continue;
        list += fmt::format(
            R"({}{{"share":{},"device":{},"device_name":{},"name":{},"live":{},"battery":{},)"
            R"("from":{},"to":{},"ends":{},"made":{},"by":{},"looked":{},"open":{}}})",
            list.empty() ? "" : ",", link.number, link.device, json_string(names[link.device]),
            json_string(link.name), link.is_live, link.with_battery, link.from_ms, link.to_ms,
            link.ends_ms, link.made_ms, json_string(link.by_name),
            link.looked_ms ? std::to_string(*link.looked_ms) : "null", link.is_open(now));
    }
    return fmt::format(R"({{"now":{},"shares":[{}]}})", now, list);
}

}  // namespace

void ShareApi::add_routes(Routes& routes) {
    routes.get("/api/shares", [this](Exchange& exchange, Viewer viewer) {
        return Completion(list(exchange, std::move(viewer)));
    });
    routes.post("/api/shares/add", kLongestShareRequest, [this](Exchange& exchange, Viewer viewer) {
        return add(exchange, std::move(viewer));
    });
    routes.post("/api/shares/end", kLongestShareRequest, [this](Exchange& exchange, Viewer viewer) {
        return end(exchange, std::move(viewer));
    });
}

net::Task<> ShareApi::list(Exchange& exchange, Viewer viewer) {
    // A copy: a thread reads it while this one may learn anew.
    std::function<std::string(Reader&)> work = [viewer, book = parts_.keeper.shares(),
                                                now = unix_now()](Reader& reader) {
        return shares_as_json(reader, viewer, book, now);
    };
    const std::optional<std::string> body = co_await parts_.reads.ask(exchange, std::move(work));
    if (body) answer_json(exchange, 200, *body);
}

Completion ShareApi::add(Exchange& exchange, Viewer viewer) {
    if (!may_change_named_device(exchange, viewer, AnyDevice::refused)) return answered();
    return change(exchange, std::move(viewer), "share.add");
}

// A link of a device that may not be changed is none.
Completion ShareApi::end(Exchange& exchange, Viewer viewer) {
    const std::optional<ShareNumber> number =
        read_or_refuse(exchange, [](ChangeArguments& arguments) {
            return arguments.number("share", 1, ChangeArguments::kLastRow);
        });
    if (!number) return answered();
    const ShareLink* const link = parts_.keeper.shares().by_number(*number);
    if (link == nullptr || !viewer.may_change(link->device)) {
        answer_error(exchange, 404, "There is no such link.");
        return answered();
    }
    return change(exchange, std::move(viewer), "share.end");
}

// The book knows it before the answer: a link that is made can be opened, and one that is ended
// cannot.
net::Task<> ShareApi::change(Exchange& exchange, Viewer viewer, std::string name) {
    std::string arguments(exchange.request.body);
    const ChangeDone done = co_await parts_.changes.ask(exchange, std::move(viewer),
                                                        std::move(name), std::move(arguments));
    if (done.status == 200) {
        const Deadline deadline = Deadline::after(kPatienceWithShares);
        const bool is_current = co_await parts_.keeper.is_current(deadline);
        (void)is_current;
    }
    answer_json(exchange, done.status, done.body);
}

}  // namespace waymark::tracker
