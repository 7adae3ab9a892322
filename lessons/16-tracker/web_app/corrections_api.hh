// Correcting positions, for pages: what there is to correct is read here; the store makes the
// changes (services/correction_changes.hh). All are for those who may change the device.
//
// A choice of positions is a device, a time from..to (ms, `to` not included) and perhaps a box,
// "SOUTH,WEST,NORTH,EAST" in degrees x 10^7. A point is [time, latitude, longitude] with the places
// in degrees x 10^7; sent, it is the text "TIME,LATITUDE,LONGITUDE".
//
//   GET  /api/corrections?device[&below]
//        what was corrected and can be undone, the newest first
//   GET  /api/corrections/count?CHOICE              {"points":12}
//   GET  /api/corrections/points?CHOICE[&after]     at most kMostPoints of them, and "more"
//   GET  /api/corrections/hidden?device&correction  at most kMostPoints of those that are hidden
//   GET  /api/corrections/outliers?device&from&to   jumps there and back (trips/outliers.hh), with
//                                                   metres and m/s; at most kMostOutliers, "more"
//   GET  /api/corrections/units?device[&now]        how speeds are read, and whether the data says
//                                                   another unit (trips/speed_hint.hh)
//   POST /api/corrections/hide    CHOICE, or {"device":1,"points":["..."][,"correction":N]}
//   POST /api/corrections/delete  the same, for good
//   POST /api/corrections/delete-hidden, /undo, /go-on  {"device":1,"correction":N}
//   POST /api/corrections/speeds  CHOICE and "read_as", "sent_as": knots, kmh, mps or mph
//        all of these: {"correction":N or null,"points":P,"done":false}: until it is done, the page
//        says go-on with N
//   POST /api/corrections/unit    {"device":1,"unit":"kmh"}: from now on

#pragma once

#include <string>

#include "net/http/exchange.hh"
#include "net/task.hh"
#include "web_app/database_reads.hh"
#include "web_app/query.hh"
#include "web_app/routes.hh"
#include "web_app/store_changes.hh"

namespace waymark::tracker {

class CorrectionsApi {
  public:
    static constexpr int kMostPoints = 200;
    static constexpr std::size_t kMostOutliers = 200;
    static constexpr int kMostCorrections = 50;

    CorrectionsApi(DatabaseReads& reads, StoreChanges& changes)
        : reads_(reads), changes_(changes) {}
    CorrectionsApi(const CorrectionsApi&) = delete;
    CorrectionsApi& operator=(const CorrectionsApi&) = delete;

    void add_routes(Routes& routes);

  private:
    // Takes what it needs from the query, and gives what to read.
    using Prepare = std::function<std::string(Reader&)> (*)(Query& query, DeviceNumber device);

    void add_reading(Routes& routes, std::string_view pattern, Prepare prepare);
    void add_change(Routes& routes, std::string_view pattern, std::string_view change);
    net::Task<> read(net::http::Exchange& exchange, Viewer viewer, Prepare prepare);

    DatabaseReads& reads_;
    StoreChanges& changes_;
};

}  // namespace waymark::tracker
