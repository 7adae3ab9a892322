// The viewers of the live stream: server-sent events from the feed, each at the pace of its viewer.
//
//   event: fixes     rows as in web_app/event_feed.hh, with an id to come back with
//   event: devices   the list of devices has changed
//   event: passages  some device came to a place, or left one: read /api/places/events
//   event: reset     something was missed: read positions and trails again
//
// All viewers are served together and at most so often: a busy store commits a thousand times a
// second, and no person sees that.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/event_loop.hh"
#include "net/http/event_stream.hh"
#include "net/http/exchange.hh"
#include "net/task.hh"
#include "settings.hh"
#include "web_app/event_feed.hh"
#include "web_app/viewer.hh"

namespace waymark::tracker {

// As pages have their streams, also those of share links (web_app/shared_live.hh).
net::http::EventStream::Settings page_stream(const ReloadableSettings& settings);

class Live {
  public:
    struct Settings {
        std::chrono::milliseconds between_rounds{50};
        // A viewer that always lags would read everything anew all the time.
        std::chrono::milliseconds between_resets{10'000};
        net::http::EventStream::Settings stream;
    };

    // Loop and feed must outlive it.
    Live(net::EventLoop& loop, const EventFeed& feed, const Settings& settings);
    Live(const Live&) = delete;
    Live& operator=(const Live&) = delete;

    // For the streams that begin from now on.
    void set_stream(const net::http::EventStream::Settings& stream) { settings_.stream = stream; }

    std::size_t viewers() const { return viewers_.size(); }

    // Streams to one viewer what comes after `place`, until it goes or stop(). `knows` is false for
    // one who missed something before `place`. There is nothing of what the viewer may not see.
    net::Task<> serve(net::http::Exchange& exchange, Viewer viewer, FeedPlace place, bool knows);

    void feed_changed();
    // Before the feed breaks off: what is in it and was not told yet is told now, for behind a
    // break it is not there any more, and a reset may have to wait.
    void serve_all();
    void devices_changed();
    // These came to a place, or left one: who may see one of them is told that there is news.
    void passed(const std::vector<DeviceNumber>& devices);
    // Asks of each who they are now: the stream of who is nobody any more ends, and who sees
    // something else hears that the devices have changed, and reads anew.
    void look_again(const std::function<std::optional<Viewer>(const Viewer&)>& who_is_now);
    // Ends all streams; what is queued is still sent.
    void stop();

  private:
    struct Watching {
        Watching(Live& its_live, Viewer who, FeedPlace place);
        Watching(const Watching&) = delete;
        Watching& operator=(const Watching&) = delete;
        ~Watching();

        Live& live;
        Viewer viewer;
        net::http::EventStream stream;
        EventFeed::Cursor cursor;
        std::uint64_t devices_seen;
        bool must_reset = false;
        bool has_passages = false;  // not told yet
        net::EventLoop::Clock::time_point next_reset;
        std::string unsent;  // what the stream had no room for
    };

    void pump_or_close(Watching& watching);
    void pump(Watching& watching);
    void gather(Watching& watching);
    void plan_round(net::EventLoop::Clock::time_point at);

    net::EventLoop& loop_;
    const EventFeed& feed_;
    Settings settings_;
    net::Timer round_timer_;
    net::EventLoop::Clock::time_point next_round_;
    daemon::Deadline planned_;
    std::uint64_t devices_changes_ = 0;
    std::vector<Watching*> viewers_;
    bool is_stopped_ = false;
};

}  // namespace waymark::tracker
