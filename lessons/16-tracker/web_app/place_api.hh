// Who came to the places and who left them, and the web hooks of the person who asks.
//
//   GET  /api/places/events?below      {"events":[{"event":7,"kind":"enter","place":3,
//                                      "name":"Home","device":1,"device_name":"anna","time":MS,
//                                      "noticed":MS}],"below":7}
//        The newest first, of the devices that the viewer may see; "below" is for the next page, or
//        null. The place may have another name by now, or be gone.
//   GET  /api/hooks                    {"are_on":true,"now":MS,"hooks":[{"hook":1,"place":3 or
//   null,
//                                      "url":"...","made":MS,"tried":MS or null,"said":"status
//                                      204","failures":0,"due":MS,"waiting":0,"delivered":5,
//                                      "dropped":0}]}
//        Those of the viewer; are_on: whether the server posts at all (--web-hooks).
//   POST /api/hooks/add, /api/hooks/remove, /api/hooks/test    (services/hook_changes.hh)

#pragma once

#include "web_app/database_reads.hh"
#include "web_app/routes.hh"
#include "web_app/store_changes.hh"

namespace waymark::tracker {

class PlaceApi {
  public:
    static constexpr std::size_t kEventsOfAPage = 100;

    PlaceApi(DatabaseReads& reads, StoreChanges& changes, bool are_hooks_on)
        : reads_(reads), changes_(changes), are_hooks_on_(are_hooks_on) {}
    PlaceApi(const PlaceApi&) = delete;
    PlaceApi& operator=(const PlaceApi&) = delete;

    void add_routes(Routes& routes);

  private:
    using Exchange = net::http::Exchange;

    net::Task<> events(Exchange& exchange, Viewer viewer);
    net::Task<> hooks(Exchange& exchange, Viewer viewer);
    net::http::Completion change(Exchange& exchange, Viewer viewer, std::string name);

    DatabaseReads& reads_;
    StoreChanges& changes_;
    const bool are_hooks_on_;
};

}  // namespace waymark::tracker
