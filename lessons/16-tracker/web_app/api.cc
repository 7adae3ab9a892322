#include "web_app/api.hh"

#include <fmt/format.h>

#include "unix_time.hh"
#include "web_app/answers.hh"
#include "web_app/query.hh"
#include "web_app/readings.hh"

namespace waymark::tracker {

using namespace std::chrono_literals;
using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr std::size_t kMostViewers = 64;

}  // namespace

void Api::add_routes(Routes& routes) {
    add(routes, "/api/devices", &Api::devices);
    add(routes, "/api/positions", &Api::positions);
    add(routes, "/api/live", &Api::live);
    // The counters tell when others look.
    routes.get("/api/status", [this](Exchange& exchange, const Viewer& viewer) {
        std::string body = fmt::format(R"({{"demo_devices":{})", parts_.demo_devices);
        if (viewer.is_admin()) body += "," + parts_.counters();
        answer_json(exchange, 200, body + "}");
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
    const FeedPlace newest = parts_.feed.newest();
    std::function<Positions(Reader&)> work = [viewer, newest](Reader& reader) {
        return read_positions(reader, viewer, newest, unix_now());
    };
    const std::optional<Positions> positions = co_await parts_.reads.ask(exchange, std::move(work));
    if (!positions) co_return;
    answer_json(exchange, 200,
                fmt::format(R"({{"now":{},"event":"{}","positions":{}}})", unix_now(),
                            parts_.feed.id_of(positions->place), positions->list));
}

// A viewer who comes back says what it saw last; EventSource does so by itself, in the field.
// The query is for one who has read the positions and goes on from there.
net::Task<> Api::live(Exchange& exchange, Viewer viewer) {
    if (parts_.live.viewers() >= kMostViewers) {
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
        const FeedPlace newest = parts_.feed.newest();
        std::function<FeedPlace(Reader&)> work = [newest](Reader& reader) {
            return place_of_reading(reader, newest);
        };
        const std::optional<FeedPlace> read = co_await parts_.reads.ask(exchange, std::move(work));
        if (!read) co_return;
        place = read;
    }
    co_await parts_.live.serve(exchange, std::move(viewer), *place, knows);
}

}  // namespace waymark::tracker
