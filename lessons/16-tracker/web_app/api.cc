#include "web_app/api.hh"

#include <fmt/format.h>
#include <malloc.h>

#include <limits>

#include "unix_time.hh"
#include "web_app/answers.hh"
#include "web_app/query.hh"
#include "web_app/readings.hh"
#include "web_app/track_answer.hh"

namespace waymark::tracker {

using namespace std::chrono_literals;
using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr std::size_t kMostViewers = 64;
// Each may hold sixty megabytes.
constexpr std::size_t kMostTracks = 8;
constexpr std::size_t kLargeTrack = std::size_t{1} << 20;
constexpr std::int64_t kMostDevices = std::numeric_limits<DeviceNumber>::max();
// 31 days of a local calendar, one of which may have 25 hours.
constexpr UnixMillis kLongestTrack = std::chrono::milliseconds(31 * 24h + 1h).count();
constexpr std::int64_t kMostPoints = 10'000'000;

struct TrackRequest {
    DeviceNumber device = 0;
    UnixMillis from = 0;
    UnixMillis to = 0;
    std::size_t most = 0;
    bool as_json = false;
};

TrackRequest read_track_request(Query& query) {
    TrackRequest request;
    request.device = static_cast<DeviceNumber>(query.number("device", 1, kMostDevices));
    request.from = query.number("from", 0, kEndOfTime);
    request.to = query.number("to", 0, kEndOfTime);
    request.most = static_cast<std::size_t>(query.number_or("max", 2, kMostPoints, kMostPoints));
    request.as_json = query.text("format") == "json";
    if (query.find("format") && !request.as_json)
        query.refuse("the parameter 'format' must be json, or not be there");
    if (request.to < request.from) query.refuse("the parameter 'to' must not be before 'from'");
    if (request.to - request.from > kLongestTrack)
        query.refuse("the parameter 'to' must be at most 31 days after 'from'");
    return request;
}

// Counts while it lives.
class Counted {
  public:
    explicit Counted(std::size_t& count) : count_(count) { ++count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --count_; }

  private:
    std::size_t& count_;
};

}  // namespace

void Api::add_routes(Routes& routes) {
    add(routes, "/api/devices", &Api::devices);
    add(routes, "/api/positions", &Api::positions);
    add(routes, "/api/days", &Api::days);
    add(routes, "/api/track", &Api::track);
    add(routes, "/api/live", &Api::live);
    routes.get("/api/status", [this](Exchange& exchange, const Viewer&) {
        answer_json(
            exchange, 200,
            fmt::format(R"({{"demo_devices":{},{}}})", parts_.demo_devices, parts_.counters()));
        return net::http::answered();
    });
}

void Api::add(Routes& routes, std::string_view path, Waiting handler) {
    routes.get(path, [this, handler](Exchange& exchange, Viewer viewer) {
        return Completion((this->*handler)(exchange, std::move(viewer)));
    });
}

net::Task<> Api::devices(Exchange& exchange, Viewer viewer) {
    std::function<std::string(Reader&)> work = [viewer](Reader& reader) {
        return read_devices(reader, viewer);
    };
    const std::optional<std::string> body = co_await parts_.reads.ask(exchange, std::move(work));
    if (body) answer_json(exchange, 200, *body);
}

net::Task<> Api::positions(Exchange& exchange, Viewer viewer) {
    std::function<Positions(Reader&)> work = [viewer](Reader& reader) {
        return read_positions(reader, viewer, unix_now());
    };
    const std::optional<Positions> positions = co_await parts_.reads.ask(exchange, std::move(work));
    if (!positions) co_return;
    answer_json(exchange, 200,
                fmt::format(R"({{"now":{},"event":"{}","positions":{}}})", unix_now(),
                            parts_.feed.id_of(positions->place), positions->list));
}

net::Task<> Api::days(Exchange& exchange, Viewer viewer) {
    Query query(exchange.request.query);
    const auto device = static_cast<DeviceNumber>(query.number("device", 1, kMostDevices));
    const std::optional<LocalClock> clock = LocalClock::parse(query.find("offset").value_or("0"));
    if (!clock)
        query.refuse(
            "the parameter 'offset' must be minutes east of UTC and their changes, such as "
            "60,28530780:120");
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    if (!viewer.may_see(device)) {
        answer_json(exchange, 200, R"({"days":[]})");
        co_return;
    }
    std::function<std::string(Reader&)> work = [device, clock](Reader& reader) {
        return read_days(reader, device, *clock);
    };
    const std::optional<std::string> body = co_await parts_.reads.ask(exchange, std::move(work));
    if (body) answer_json(exchange, 200, *body);
}

net::Task<> Api::track(Exchange& exchange, Viewer viewer) {
    Query query(exchange.request.query);
    const TrackRequest asked = read_track_request(query);
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    if (tracks_ >= kMostTracks) {
        answer_later(exchange, "Too many tracks are being sent. Try again.", 1s);
        co_return;
    }
    const Counted counted(tracks_);
    // Who may not see it gets what there is of a device that does not exist: nothing.
    const DeviceNumber device = viewer.may_see(asked.device) ? asked.device : 0;
    std::function<TrackColumns(Reader&)> work = [device, asked](Reader& reader) {
        return read_track(reader, device, asked.from, asked.to, asked.most);
    };
    std::optional<TrackColumns> track = co_await parts_.reads.ask(exchange, std::move(work));
    if (!track) co_return;
    const bool was_large = track->bytes() > kLargeTrack;
    if (asked.as_json)
        co_await answer_track_json(exchange, *track);
    else
        co_await answer_columns(exchange, *track);
    track.reset();
    // The allocator would keep the megabytes for a next one, which may never come (malloc_trim(3)).
    if (was_large && tracks_ == 1) ::malloc_trim(0);
}

// A viewer who comes back says what it saw last; EventSource does so by itself, in the field.
// The query is for one who has read the positions and goes on from there.
net::Task<> Api::live(Exchange& exchange, Viewer viewer) {
    if (parts_.announcements.interested() >= kMostViewers) {
        answer_later(exchange, "Too many pages look at this server. Close some.", 10s);
        co_return;
    }
    // From here on the store announces; so a place that is read after it misses nothing.
    const StoreAnnouncements::Interest interest(parts_.announcements);
    const Query query(exchange.request.query);
    const std::string_view id =
        exchange.request.field("Last-Event-ID").value_or(query.text("event"));
    std::optional<FeedPlace> place = parts_.feed.parse_id(id);
    const bool knows = id.empty() || place;
    if (!place && parts_.feed.is_following()) place = parts_.feed.newest();
    if (!place) {
        std::function<FeedPlace(Reader&)> work = [](Reader& reader) {
            return FeedPlace{static_cast<std::uint64_t>(reader.sequence()), FeedPlace::kWhole};
        };
        const std::optional<FeedPlace> read = co_await parts_.reads.ask(exchange, std::move(work));
        if (!read) co_return;
        place = read;
    }
    co_await parts_.live.serve(exchange, std::move(viewer), *place, knows);
}

}  // namespace waymark::tracker
