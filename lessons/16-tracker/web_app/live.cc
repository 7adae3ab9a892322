#include "web_app/live.hh"

#include <algorithm>
#include <new>
#include <utility>

namespace waymark::tracker {

using daemon::Deadline;
using net::http::append_event;
using Clock = net::EventLoop::Clock;

namespace {

// Gathered at once for a viewer, and given to its stream in pieces that its queue has room for.
constexpr std::size_t kEnough = std::size_t{64} * 1024;
constexpr std::size_t kPiece = std::size_t{16} * 1024;

bool sees_the_same(const Viewer& a, const Viewer& b) {
    const bool same_grants =
        a.grants == b.grants || (a.grants && b.grants && *a.grants == *b.grants);
    return a.role == b.role && same_grants;
}

}  // namespace

net::http::EventStream::Settings page_stream(const ReloadableSettings& settings) {
    return {.heartbeat = std::chrono::seconds(20),
            .retry = std::chrono::seconds(2),
            .send = std::chrono::seconds(settings.send_timeout_s)};
}

Live::Live(net::EventLoop& loop, const EventFeed& feed, const Settings& settings)
    : loop_(loop),
      feed_(feed),
      settings_(settings),
      round_timer_(loop.timers(), [this] { serve_all(); }) {}

Live::Watching::Watching(Live& its_live, Viewer who, FeedPlace place)
    : live(its_live),
      viewer(std::move(who)),
      stream(live.loop_, live.settings_.stream),
      cursor(live.feed_.cursor_at(place)),
      devices_seen(live.devices_changes_) {
    stream.when_drained([this] { live.pump(*this); });
    live.viewers_.push_back(this);
}

Live::Watching::~Watching() {
    std::erase(live.viewers_, this);
}

net::Task<> Live::serve(net::http::Exchange& exchange, Viewer viewer, FeedPlace place, bool knows) {
    Watching watching(*this, std::move(viewer), place);
    watching.must_reset = !knows;
    // A place to come back to, should the line break before the first event.
    watching.stream.send_written("id: " + feed_.id_of(place) + "\n\n");
    pump(watching);
    if (is_stopped_) watching.stream.close();
    co_await watching.stream.run(exchange);
}

void Live::feed_changed() {
    plan_round(std::max(next_round_, loop_.now()));
}

void Live::devices_changed() {
    ++devices_changes_;
    feed_changed();
}

void Live::passed(const std::vector<DeviceNumber>& devices) {
    for (Watching* watching : viewers_)
        watching->has_passages |= std::ranges::any_of(
            devices, [watching](DeviceNumber device) { return watching->viewer.may_see(device); });
    feed_changed();
}

void Live::look_again(const std::function<std::optional<Viewer>(const Viewer&)>& who_is_now) {
    for (Watching* watching : viewers_) {
        std::optional<Viewer> now = who_is_now(watching->viewer);
        if (now && sees_the_same(*now, watching->viewer)) continue;
        // What is gathered may be of a device that is not theirs any more.
        if (!now || !watching->unsent.empty()) {
            watching->stream.close();
            continue;
        }
        watching->viewer = *std::move(now);
        watching->devices_seen = devices_changes_ - 1;
        watching->must_reset = true;
        feed_changed();
    }
}

void Live::stop() {
    is_stopped_ = true;
    for (Watching* watching : viewers_) watching->stream.close();
}

void Live::plan_round(Clock::time_point at) {
    const Deadline deadline(at);
    if (deadline >= planned_) return;
    planned_ = deadline;
    round_timer_.set(deadline);
}

void Live::serve_all() {
    planned_ = Deadline::never();
    next_round_ = loop_.now() + settings_.between_rounds;
    for (Watching* watching : viewers_) pump_or_close(*watching);
}

// A viewer for whom there is no memory loses its stream and not the others theirs: its browser
// comes back, and says which event it saw last.
void Live::pump_or_close(Watching& watching) {
    try {
        pump(watching);
    } catch (const std::bad_alloc&) {
        watching.stream.close();
    }
}

void Live::pump(Watching& watching) {
    std::string& unsent = watching.unsent;
    while (true) {
        if (unsent.empty()) gather(watching);
        if (unsent.empty()) return;
        std::string_view rest = unsent;
        while (!rest.empty() && watching.stream.send_written(rest.substr(0, kPiece)))
            rest.remove_prefix(std::min(kPiece, rest.size()));
        unsent.erase(0, unsent.size() - rest.size());
        // The stream says when there is room again.
        if (!unsent.empty()) return;
    }
}

void Live::gather(Watching& watching) {
    std::string& out = watching.unsent;
    if (watching.devices_seen != devices_changes_) {
        watching.devices_seen = devices_changes_;
        append_event(out, {{}, "devices", "{}"});
    }
    if (std::exchange(watching.has_passages, false)) append_event(out, {{}, "passages", "{}"});
    if (feed_.read(watching.cursor, watching.viewer, out, kEnough) == EventFeed::Read::missed) {
        watching.must_reset = true;
        feed_.write_newest(watching.viewer, out);
    }
    if (!watching.must_reset) return;
    if (loop_.now() < watching.next_reset) return plan_round(watching.next_reset);
    watching.must_reset = false;
    watching.next_reset = loop_.now() + settings_.between_resets;
    append_event(out, {feed_.id_of(watching.cursor.place), "reset", "{}"});
}

}  // namespace waymark::tracker
