// What the history page asks. Whatever is not said below is JSON, and a refusal is {"error":"..."}.
//
//   GET /api/days?device[&offset]        days with fixes, by a local clock (web_app/day_list.hh,
//                                        web_app/local_clock.hh)
//   GET /api/track?device&from&to        the fixes with from <= time < to (Unix ms), as columns
//                                        (web_app/track_columns.hh)
//       [&max]                           at most so many, chosen so that the track looks the same
//       [&west&south&east&north&zoom]    what can be seen of them in this box (degrees; west above
//                                        east: across the date line) at this zoom of the map
//                                        (web_app/visible_line.hh)
//       [&format=json]                   for people (web_app/track_answer.hh)
//   GET /api/summary?device&from&to      what all of these fixes add up to (trips/track_sum.hh):
//       {"fixes":N,"first":MS,"last":MS,"distance_m":M,"moving_ms":MS,"top_speed_mps":M,
//        "climb_m":M,"gaps":N,"speeds_sent":true,"whole":true}
//
// A span may be of any length. A track of more than 300,000 fixes is sampled, and says so
// (web_app/track_reading.hh); a summary reads all of them, in slices between which others are
// served, up to kMostSummed and while somebody waits for it: "whole" is false if there are more.
// Of a device that the viewer may not see, and of one that is not there, there is nothing.

#pragma once

#include <cstddef>

#include "net/http/exchange.hh"
#include "net/task.hh"
#include "web_app/database_reads.hh"
#include "web_app/routes.hh"

namespace waymark::tracker {

class HistoryApi {
  public:
    static constexpr std::int64_t kMostSummed = 50'000'000;
    static constexpr std::int64_t kRowsOfASlice = 50'000;

    explicit HistoryApi(DatabaseReads& reads) : reads_(reads) {}
    HistoryApi(const HistoryApi&) = delete;
    HistoryApi& operator=(const HistoryApi&) = delete;

    void add_routes(Routes& routes);

  private:
    using Exchange = net::http::Exchange;
    using Waiting = net::Task<> (HistoryApi::*)(Exchange&, Viewer);

    void add(Routes& routes, std::string_view path, Waiting handler);

    net::Task<> days(Exchange& exchange, Viewer viewer);
    net::Task<> track(Exchange& exchange, Viewer viewer);
    net::Task<> summary(Exchange& exchange, Viewer viewer);

    DatabaseReads& reads_;
    std::size_t tracks_ = 0;     // being read or sent
    std::size_t summaries_ = 0;  // being added up
};

}  // namespace waymark::tracker
