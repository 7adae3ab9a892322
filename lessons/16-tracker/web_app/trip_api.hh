// Trips and stays, what people say of them, and places.
//
//   GET  /api/trips?device&from&to     at most 366 days
//        {"may_change":true,"may_name":true,"segments":[
//          {"kind":"stay","begin":MS,"end":MS,"is_last":false,"is_cut":false,"points":720,
//           "way_m":12,"gap_m":0,"gap_ms":0,"corrections":[],
//           "at":{"lat":48.14,"lon":11.57,"place":3,"name":"Home"}},
//          {"kind":"trip",..., "from":{"lat":...}, "to":{"lat":...}}]}
//        A "silence" looks like a trip. What is whole has its own begin and end, also outside of
//        the span; is_last: it may go on; is_cut: it began earlier. "corrections" made it what it
//        is. A place without a name has no "place" and no "name". What each kind means is in
//        TRIPS.md. may_change: this viewer may correct them; may_name: and name places.
//   POST /api/trips/on-the-way, /api/trips/stayed, /api/trips/split, /api/trips/undo
//        (services/trip_changes.hh), for those who may change the device
//   GET  /api/places                   {"may_change":true,"places":[...]}, for everybody: they
//                                      belong to the household
//   POST /api/places/add, /api/places/change, /api/places/remove    for admins
//   and who came there and went, and web hooks (web_app/place_api.hh)

#pragma once

#include <string>
#include <string_view>

#include "web_app/database_reads.hh"
#include "web_app/place_api.hh"
#include "web_app/routes.hh"
#include "web_app/store_changes.hh"

namespace waymark::tracker {

class TripApi {
  public:
    // `are_hooks_on`: whether the server posts to web hooks.
    TripApi(DatabaseReads& reads, StoreChanges& changes, bool are_hooks_on)
        : reads_(reads), changes_(changes), passages_(reads, changes, are_hooks_on) {}
    TripApi(const TripApi&) = delete;
    TripApi& operator=(const TripApi&) = delete;

    void add_routes(Routes& routes);

  private:
    using Exchange = net::http::Exchange;

    net::Task<> trips(Exchange& exchange, Viewer viewer);
    net::Task<> places(Exchange& exchange, Viewer viewer);
    // Has the store do it, if this viewer may.
    net::http::Completion change_trip(Exchange& exchange, Viewer viewer, std::string_view name);

    DatabaseReads& reads_;
    StoreChanges& changes_;
    PlaceApi passages_;
};

}  // namespace waymark::tracker
