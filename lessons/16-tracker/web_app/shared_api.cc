#include "web_app/shared_api.hh"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "protocols/extras.hh"
#include "unix_time.hh"
#include "web_app/answers.hh"
#include "web_app/change_answers.hh"
#include "web_app/json_numbers.hh"
#include "web_app/query.hh"
#include "web_app/track_answer.hh"
#include "web_app/track_reading.hh"

namespace waymark::tracker {

using namespace std::chrono_literals;
using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr std::size_t kMostSharedPoints = 5000;
constexpr std::size_t kMostSharedTracks = 4;  // the family's own are others (history_api.cc)
constexpr std::string_view kNoSuchShare =
    "This link is not known here. Is it whole? Ask whoever sent it.";
constexpr std::string_view kShareHasEnded =
    "This link has ended. Ask whoever sent it for another one.";

// "" if there is none.
std::string_view bearer_of(const net::http::Request& request) {
    constexpr std::string_view kScheme = "Bearer ";
    const std::string_view field = request.field("Authorization").value_or("");
    return field.starts_with(kScheme) ? field.substr(kScheme.size()) : std::string_view();
}

// The end of what may be shown: a phone's clock that is ahead shows no future.
UnixMillis end_of_span(const ShareLink& link, UnixMillis now) {
    return std::min(link.to_ms, now + kClockError);
}

void append_shared_number(std::string& out, std::string_view key, std::optional<float> number) {
    out += fmt::format(R"(,"{}":)", key);
    append_number(out, number);
}

std::string last_place(Reader& reader, const ShareLink& link, UnixMillis now) {
    const std::optional<StoredFix> last = reader.last_fix(link.device, end_of_span(link, now) - 1);
    if (!last || last->fix.time_ms < link.from_ms) return "null";
    const Fix& fix = last->fix;
    std::string out = fmt::format(R"({{"time":{},"lat":)", fix.time_ms);
    append_degrees(out, fix.latitude_e7);
    out += R"(,"lon":)";
    append_degrees(out, fix.longitude_e7);
    append_shared_number(out, "speed_mps", fix.speed_mps);
    append_shared_number(out, "course_deg", fix.course_deg);
    append_shared_number(out, "accuracy_m", fix.accuracy_m);
    if (link.with_battery) append_shared_number(out, "battery_pct", fix.battery_percent);
    return out + "}";
}

}  // namespace

void SharedApi::add_routes(Routes& routes) {
    routes.admit_holders([this](Exchange& exchange) { return link_of(exchange); });
    using Waiting = net::Task<> (SharedApi::*)(Exchange&, ShareLink);
    for (const auto& [path, handler] :
         {std::pair<const char*, Waiting>{"/api/shared", &SharedApi::about},
          {"/api/shared/track", &SharedApi::track},
          {"/api/shared/live", &SharedApi::live}})
        routes.holders_get(path, [this, handler = handler](Exchange& exchange, ShareLink link) {
            return Completion((this->*handler)(exchange, std::move(link)));
        });
}

// A guess is paid for before it is looked at, so that a right one among many is slowed as well.
std::optional<ShareLink> SharedApi::link_of(Exchange& exchange) {
    const std::string_view secret = bearer_of(exchange.request);
    if (secret.empty()) {
        answer_error(exchange, 404, kNoSuchShare);
        return std::nullopt;
    }
    const net::NetworkKey network = parts_.guard.origin_of(exchange).client.network_key();
    const LogInLimit::Verdict verdict = guesses_.take(network, "", true, exchange.loop().now());
    if (!verdict.is_allowed) {
        answer_too_many_attempts(exchange, verdict.wait);
        return std::nullopt;
    }
    ShareBook& shares = parts_.keeper.shares();
    const ShareLink* const link = shares.find(secret);
    if (link == nullptr) {
        answer_error(exchange, 404, kNoSuchShare);
        return std::nullopt;
    }
    guesses_.give_back(network, "", true);
    const UnixMillis now = unix_now();
    if (!link->is_open(now)) {
        answer_error(exchange, 410, kShareHasEnded);
        return std::nullopt;
    }
    shares.note_look(link->number, now);
    return *link;
}

net::Task<> SharedApi::about(Exchange& exchange, ShareLink link) {
    const UnixMillis now = unix_now();
    std::function<std::string(Reader&)> work = [link, now](Reader& reader) {
        return last_place(reader, link, now);
    };
    const std::optional<std::string> last = co_await parts_.reads.ask(exchange, std::move(work));
    if (!last) co_return;
    std::string name;
    append_json_string(name, link.name);
    answer_json(
        exchange, 200,
        fmt::format(R"({{"now":{},"name":{},"live":{},"from":{},"to":{},"ends":{},)"
                    R"("last":{}}})",
                    now, name, link.is_live, link.from_ms, link.to_ms, link.ends_ms, *last));
}

net::Task<> SharedApi::track(Exchange& exchange, ShareLink link) {
    Query query(exchange.request.query);
    const UnixMillis since = query.number_or("since", 0, kEndOfTime, 0);
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    if (tracks_ >= kMostSharedTracks) {
        answer_later(exchange, "Too many tracks are being sent. Try again.", 1s);
        co_return;
    }
    const TrackRequest asked{.device = link.device,
                             .from = std::max(link.from_ms, since),
                             .to = end_of_span(link, unix_now()),
                             .most = kMostSharedPoints,
                             .view = std::nullopt};
    const OneTrack counted(tracks_);
    std::function<TrackColumns(Reader&)> work = [asked](Reader& reader) {
        return read_track(reader, asked);
    };
    const std::optional<TrackColumns> track = co_await parts_.reads.ask(exchange, std::move(work));
    if (track) co_await answer_columns(exchange, *track);
}

net::Task<> SharedApi::live(Exchange& exchange, ShareLink link) {
    if (!link.is_live) {
        answer_error(exchange, 404, "This link shows a span of the past.");
        co_return;
    }
    if (!parts_.live.has_room_for(link.number)) {
        answer_later(exchange, "Too many look at this link now. Try again.", 10s);
        co_return;
    }
    const StoreAnnouncements::Interest interest(parts_.announcements);
    co_await parts_.live.serve(exchange, std::move(link));
}

}  // namespace waymark::tracker
