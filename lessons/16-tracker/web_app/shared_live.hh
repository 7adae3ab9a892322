// The live streams of those who have a share link: a bell, and nothing else. It rings when there is
// something new of the device, and the page reads it (web_app/shared_api.hh). So what a link shows
// is decided in one place, and no number, name or row of the feed goes out here.
//
//   event: news   the device has been somewhere else since
//   event: reset  read all of it again: something was missed, hidden or deleted
//   event: ended  the link has ended; the stream ends with it
//
// It rings once a second at most, for all of them together.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "net/event_loop.hh"
#include "net/http/event_stream.hh"
#include "net/http/exchange.hh"
#include "net/task.hh"
#include "store/share_links.hh"
#include "web_app/event_feed.hh"

namespace waymark::tracker {

class SharedLive {
  public:
    struct Settings {
        std::chrono::milliseconds between_rounds{1000};
        net::http::EventStream::Settings stream;
    };
    // A link that goes round must not keep others out.
    static constexpr std::size_t kMostOfLink = 16;
    static constexpr std::size_t kMost = 48;

    // Loop and feed must outlive it.
    SharedLive(net::EventLoop& loop, const EventFeed& feed, const Settings& settings);
    SharedLive(const SharedLive&) = delete;
    SharedLive& operator=(const SharedLive&) = delete;

    // For the streams that begin from now on.
    void set_stream(const net::http::EventStream::Settings& stream) { settings_.stream = stream; }

    std::size_t viewers() const { return viewers_.size(); }
    bool has_room_for(ShareNumber link) const;

    // Streams until the link ends, the viewer goes, or stop().
    net::Task<> serve(net::http::Exchange& exchange, ShareLink link);

    void feed_changed();
    // Ends the streams of links that are not open any more.
    void look_again(const std::function<bool(ShareNumber)>& is_open);
    void stop();

  private:
    struct Watching {
        Watching(SharedLive& its_live, const ShareLink& link);
        Watching(const Watching&) = delete;
        Watching& operator=(const Watching&) = delete;
        ~Watching();

        SharedLive& live;
        ShareNumber number;
        Viewer viewer;  // who may see this device, as the feed wants it
        net::http::EventStream stream;
        EventFeed::Cursor cursor;
        net::Timer end_timer;
        bool is_news = false;   // to be told
        bool is_reset = false;  // the same
    };

    void serve_round();
    void look(Watching& watching);
    static void ring(Watching& watching);
    static void end(Watching& watching);

    net::EventLoop& loop_;
    const EventFeed& feed_;
    Settings settings_;
    net::Timer round_timer_;
    bool is_planned_ = false;
    net::EventLoop::Clock::time_point next_round_;
    std::vector<Watching*> viewers_;
    std::string scratch_;
    bool is_stopped_ = false;
};

}  // namespace waymark::tracker
