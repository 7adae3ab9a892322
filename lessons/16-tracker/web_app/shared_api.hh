// What the holder of a share link gets: one device, the span of the link, and the map to draw it
// on. There are no other routes for them (Routes::holders_get).
//
//   GET /shared                      the page; the secret stands behind '#', so browsers send it to
//                                    nobody, and neither a proxy's log, a Referer nor the preview
//                                    that a messenger makes has it
//   GET /api/shared                  {"now","name","live","from","to","ends","last":null or
//                                    {"time","lat","lon","speed_mps","course_deg","accuracy_m"}};
//                                    "battery_pct" in "last" if the link shows it
//   GET /api/shared/track[?since]    fixes of the span, from `since` on, as columns
//                                    (web_app/track_columns.hh)
//   GET /api/shared/live             the bell (web_app/shared_live.hh); of a live link only
//   GET /api/shared/map, /api/shared/streets.pmtiles   as /api/map (web_app/map_api.hh)
//
// The page sends the secret as a bearer token (RFC 6750, 2.1). A secret that no link has is 404,
// and after ten of them from one network the next answer is 429, as for log-ins; one whose link has
// ended is 410.

#pragma once

#include <cstddef>
#include <optional>

#include "net/http/exchange.hh"
#include "net/task.hh"
#include "store/share_links.hh"
#include "web_app/account_keeper.hh"
#include "web_app/database_reads.hh"
#include "web_app/log_in_limit.hh"
#include "web_app/request_guard.hh"
#include "web_app/routes.hh"
#include "web_app/shared_live.hh"
#include "web_app/store_announcements.hh"

namespace waymark::tracker {

class SharedApi {
  public:
    struct Parts {
        DatabaseReads& reads;
        AccountKeeper& keeper;
        SharedLive& live;
        StoreAnnouncements& announcements;
        const RequestGuard& guard;
    };

    explicit SharedApi(Parts parts) : parts_(parts) {}
    SharedApi(const SharedApi&) = delete;
    SharedApi& operator=(const SharedApi&) = delete;

    void add_routes(Routes& routes);

    // The link whose secret goes with the request and that is open; or nothing, and then the
    // exchange has been answered.
    std::optional<ShareLink> link_of(net::http::Exchange& exchange);

  private:
    using Exchange = net::http::Exchange;

    // Counts while it lives.
    class OneTrack {
      public:
        explicit OneTrack(std::size_t& count) : count_(count) { ++count_; }
        OneTrack(const OneTrack&) = delete;
        OneTrack& operator=(const OneTrack&) = delete;
        ~OneTrack() { --count_; }

      private:
        std::size_t& count_;
    };

    net::Task<> about(Exchange& exchange, ShareLink link);
    net::Task<> track(Exchange& exchange, ShareLink link);
    net::Task<> live(Exchange& exchange, ShareLink link);

    Parts parts_;
    LogInLimit guesses_;
    std::size_t tracks_ = 0;  // being read or sent
};

}  // namespace waymark::tracker
