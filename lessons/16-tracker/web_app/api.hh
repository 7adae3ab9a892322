// The web app's answers, by path. Whatever is not said below is JSON, and a refusal is
// {"error":"..."} with a text for the person who reads it.
//
//   GET /api/devices                        who there is (web_app/readings.hh)
//   GET /api/positions                      where everybody was last, and a place to follow from
//   GET /api/days, /api/track, /api/summary where somebody was (web_app/history_api.hh)
//   GET /api/live[?event]                   server-sent events (web_app/live.hh)
//   GET /api/status                         how many devices are made up; for admins the version
//                                           and counters, too
//   .../api/quarantine                      points that are no positions
//                                           (web_app/quarantine_api.hh)
//   .../api/trips, .../api/places           trips, stays and named places (web_app/trip_api.hh)
//   .../api/places/events, .../api/hooks    who came and went, and web hooks (web_app/place_api.hh)

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "net/http/exchange.hh"
#include "net/task.hh"
#include "web_app/database_reads.hh"
#include "web_app/event_feed.hh"
#include "web_app/live.hh"
#include "web_app/routes.hh"
#include "web_app/store_announcements.hh"

namespace waymark::tracker {

class Api {
  public:
    struct Parts {
        DatabaseReads& reads;
        EventFeed& feed;
        Live& live;
        StoreAnnouncements& announcements;
        std::function<std::string()> counters;  // members of a JSON object
        unsigned demo_devices = 0;              // 0: no demo
    };

    explicit Api(Parts parts) : parts_(std::move(parts)) {}
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    void add_routes(Routes& routes);

  private:
    using Exchange = net::http::Exchange;
    using Waiting = net::Task<> (Api::*)(Exchange&, Viewer);

    void add(Routes& routes, std::string_view path, Waiting handler);

    net::Task<> devices(Exchange& exchange, Viewer viewer);
    net::Task<> positions(Exchange& exchange, Viewer viewer);
    net::Task<> live(Exchange& exchange, Viewer viewer);

    Parts parts_;
};

}  // namespace waymark::tracker
