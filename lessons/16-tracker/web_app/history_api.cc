#include "web_app/history_api.hh"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "trips/track_sum.hh"
#include "web_app/answers.hh"
#include "web_app/day_list.hh"
#include "web_app/history_query.hh"
#include "web_app/json_numbers.hh"
#include "web_app/track_answer.hh"

namespace waymark::tracker {

using net::http::Exchange;
using std::chrono::seconds;

namespace {

// Each may hold seven megabytes.
constexpr std::size_t kMostTracks = 8;
constexpr std::size_t kMostSummaries = 8;
constexpr std::size_t kLargeTrack = std::size_t{1} << 18;

// Counts while it lives.
class OneMore {
  public:
    explicit OneMore(std::size_t& count) : count_(count) { ++count_; }
    OneMore(const OneMore&) = delete;
    OneMore& operator=(const OneMore&) = delete;
    ~OneMore() { --count_; }

  private:
    std::size_t& count_;
};

// Whether the peer has closed its side: a person who has gone on to another span.
class PeerGone {
  public:
    explicit PeerGone(Exchange& exchange) : exchange_(exchange) {
        exchange_.when_peer_ends([this] { is_gone_ = true; });
    }
    PeerGone(const PeerGone&) = delete;
    PeerGone& operator=(const PeerGone&) = delete;
    ~PeerGone() { exchange_.when_peer_ends({}); }
    explicit operator bool() const { return is_gone_; }

  private:
    Exchange& exchange_;
    bool is_gone_ = false;
};

struct Addition {
    TrackRequest rest;  // what is still to be added
    TrackSum sum;
    std::int64_t rows = 0;
    bool is_done = false;
};

// Ends between two times, because the next slice begins by one.
void add_slice(Reader& reader, Addition& addition) {
    std::int64_t rows = 0;
    UnixMillis last_ms = 0;
    bool is_done = true;
    const TrackRequest span = addition.rest;
    reader.track_points(span.device, span.from, span.to, [&](const TrackPoint& point) {
        is_done = rows < HistoryApi::kRowsOfASlice || point.time_ms == last_ms;
        if (!is_done) {
            addition.rest.from = point.time_ms;
            return false;
        }
        addition.sum.add(point);
        ++rows;
        last_ms = point.time_ms;
        return true;
    });
    addition.rows += rows;
    addition.is_done = is_done;
}

std::string summary_as_json(const Addition& addition) {
    const TrackSum::Figures sum = addition.sum.figures();
    std::string top;
    append_number(top, sum.top_speed_mps);
    return fmt::format(R"({{"fixes":{},"first":{},"last":{},"distance_m":{:.1f},"moving_ms":{},)"
                       R"("top_speed_mps":{},"climb_m":{},"gaps":{},"speeds_sent":{},"whole":{}}})",
                       sum.fixes, sum.first_ms, sum.last_ms, sum.distance_m, sum.moving_ms, top,
                       sum.climb_m ? fmt::format("{:.1f}", *sum.climb_m) : "null", sum.gaps,
                       sum.has_sent_speeds, addition.is_done);
}

}  // namespace

void HistoryApi::add_routes(Routes& routes) {
    add(routes, "/api/days", &HistoryApi::days);
    add(routes, "/api/track", &HistoryApi::track);
    add(routes, "/api/summary", &HistoryApi::summary);
}

void HistoryApi::add(Routes& routes, std::string_view path, Waiting handler) {
    routes.get(path, [this, handler](Exchange& exchange, Viewer viewer) {
        return net::http::Completion((this->*handler)(exchange, std::move(viewer)));
    });
}

net::Task<> HistoryApi::days(Exchange& exchange, Viewer viewer) {
    Query query(exchange.request.query);
    const DeviceNumber asked = read_device(query);
    const std::optional<LocalClock> clock = LocalClock::parse(query.find("offset").value_or("0"));
    if (!clock)
        query.refuse(
            "the parameter 'offset' must be minutes east of UTC and their changes, such as "
            "60,28530780:120");
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    const DeviceNumber device = viewer.may_see(asked) ? asked : 0;
    std::function<std::string(Reader&)> work = [device, clock](Reader& reader) {
        return days_as_json(list_days(reader, device, *clock));
    };
    const std::optional<std::string> body = co_await reads_.ask(exchange, std::move(work));
    if (body) answer_json(exchange, 200, *body);
}

net::Task<> HistoryApi::track(Exchange& exchange, Viewer viewer) {
    Query query(exchange.request.query);
    TrackRequest asked = read_track_request(query);
    const bool as_json = query.text("format") == "json";
    if (query.find("format") && !as_json)
        query.refuse("the parameter 'format' must be json, or not be there");
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    if (tracks_ >= kMostTracks) {
        answer_later(exchange, "Too many tracks are being sent. Try again.", seconds(1));
        co_return;
    }
    const OneMore counted(tracks_);
    // Who may not see it gets what there is of a device that does not exist: nothing.
    if (!viewer.may_see(asked.device)) asked.device = 0;
    std::function<TrackColumns(Reader&)> work = [asked](Reader& reader) {
        return read_track(reader, asked);
    };
    std::optional<TrackColumns> track = co_await reads_.ask(exchange, std::move(work));
    if (!track) co_return;
    const bool was_large = track->bytes() > kLargeTrack || (track->flags & TrackColumns::kSampled);
    if (as_json)
        co_await answer_track_json(exchange, *track);
    else
        co_await answer_columns(exchange, *track);
    track.reset();
    // The allocator would keep the megabytes for a next one, which may never come (malloc_trim(3)).
    if (was_large && tracks_ == 1) ::malloc_trim(0);
}

net::Task<> HistoryApi::summary(Exchange& exchange, Viewer viewer) {
    Query query(exchange.request.query);
    const auto addition = std::make_shared<Addition>();
    addition->rest = read_span_request(query);
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    if (summaries_ >= kMostSummaries) {
        answer_later(exchange, "Too many tracks are being added up. Try again.", seconds(2));
        co_return;
    }
    const OneMore counted(summaries_);
    if (!viewer.may_see(addition->rest.device)) addition->rest.device = 0;
    PeerGone gone(exchange);  // it is told while this waits
    while (!addition->is_done && addition->rows < kMostSummed && !gone) {
        std::function<bool(Reader&)> work = [addition](Reader& reader) {
            add_slice(reader, *addition);
            return true;
        };
        const std::optional<bool> added = co_await reads_.ask(exchange, std::move(work));
        if (!added) co_return;
    }
    answer_json(exchange, 200, summary_as_json(*addition));
}

}  // namespace waymark::tracker
