// Share links in the web app: who makes them (share_api.hh), what their holders get (shared_api.hh)
// and the streams of these (shared_live.hh), as one part of the service.

#pragma once

#include "web_app/share_api.hh"
#include "web_app/shared_api.hh"
#include "web_app/shared_live.hh"

namespace waymark::tracker {

class Sharing {
  public:
    struct Parts {
        net::EventLoop& loop;
        const EventFeed& feed;
        DatabaseReads& reads;
        AccountKeeper& keeper;
        StoreChanges& changes;
        StoreAnnouncements& announcements;
        const RequestGuard& guard;
    };

    // All parts must outlive it.
    explicit Sharing(const Parts& parts);

    void add_routes(Routes& routes);
    void set_stream(const net::http::EventStream::Settings& stream) { live_.set_stream(stream); }
    void feed_changed() { live_.feed_changed(); }
    // Ends the streams of links that are not open any more, and tells the store who has looked.
    void look_at_links();
    void stop() { live_.stop(); }

  private:
    AccountKeeper& keeper_;
    StoreAnnouncements& announcements_;
    SharedLive live_;
    ShareApi makers_;
    SharedApi holders_;
};

}  // namespace waymark::tracker
