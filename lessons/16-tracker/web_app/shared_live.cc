#include "web_app/shared_live.hh"

#include <algorithm>
#include <memory>
#include <new>

#include "unix_time.hh"

namespace waymark::tracker {

using daemon::Deadline;
using net::http::Event;

namespace {

constexpr std::size_t kReadAtOnce = std::size_t{64} * 1024;

Viewer viewer_of_device(DeviceNumber device) {
    Viewer viewer;
    viewer.grants = std::make_shared<const std::vector<DeviceGrant>>(1, DeviceGrant{device, false});
    return viewer;
}

}  // namespace

SharedLive::SharedLive(net::EventLoop& loop, const EventFeed& feed, const Settings& settings)
    : loop_(loop),
      feed_(feed),
      settings_(settings),
      round_timer_(loop.timers(), [this] { serve_round(); }) {}

SharedLive::Watching::Watching(SharedLive& its_live, const ShareLink& link)
    : live(its_live),
      number(link.number),
      viewer(viewer_of_device(link.device)),
      stream(live.loop_, live.settings_.stream),
      cursor(live.feed_.cursor_at(live.feed_.newest())),
      end_timer(live.loop_.timers(), [this] { end(*this); }) {
    const auto left = std::chrono::milliseconds(std::max<UnixMillis>(link.ends_ms - unix_now(), 0));
    end_timer.set(Deadline::after(left, live.loop_.now()));
    stream.when_drained([this] { ring(*this); });
    live.viewers_.push_back(this);
}

SharedLive::Watching::~Watching() {
    std::erase(live.viewers_, this);
}

bool SharedLive::has_room_for(ShareNumber link) const {
    return viewers_.size() < kMost && static_cast<std::size_t>(std::ranges::count(
                                          viewers_, link, &Watching::number)) < kMostOfLink;
}

// The page reads when the stream is open, so nothing falls between.
net::Task<> SharedLive::serve(net::http::Exchange& exchange, ShareLink link) {
    Watching watching(*this, link);
    if (is_stopped_) watching.stream.close();
    co_await watching.stream.run(exchange);
}

void SharedLive::feed_changed() {
    if (viewers_.empty() || std::exchange(is_planned_, true)) return;
    round_timer_.set(Deadline(std::max(next_round_, loop_.now())));
}

void SharedLive::serve_round() {
    is_planned_ = false;
    next_round_ = loop_.now() + settings_.between_rounds;
    for (Watching* watching : viewers_) {
        try {
            look(*watching);
        } catch (const std::bad_alloc&) {
            watching->is_reset = true;
        }
        ring(*watching);
    }
}

void SharedLive::look(Watching& watching) {
    for (;;) {
        scratch_.clear();
        const EventFeed::Read read =
            feed_.read(watching.cursor, watching.viewer, scratch_, kReadAtOnce);
        watching.is_reset = watching.is_reset || read == EventFeed::Read::missed;
        // Where nothing of it may be seen there is an id only.
        watching.is_news = watching.is_news || scratch_.find("event: fixes") != std::string::npos;
        if (read != EventFeed::Read::events) return;
    }
}

void SharedLive::ring(Watching& watching) {
    if (!watching.is_news && !watching.is_reset) return;
    const Event event{{}, watching.is_reset ? "reset" : "news", "{}"};
    if (watching.stream.send(event)) watching.is_news = watching.is_reset = false;
}

void SharedLive::end(Watching& watching) {
    watching.stream.send({{}, "ended", "{}"});
    watching.stream.close();
}

void SharedLive::look_again(const std::function<bool(ShareNumber)>& is_open) {
    for (Watching* watching : viewers_)
        if (!is_open(watching->number)) end(*watching);
}

void SharedLive::stop() {
    is_stopped_ = true;
    for (Watching* watching : viewers_) watching->stream.close();
}

}  // namespace waymark::tracker
