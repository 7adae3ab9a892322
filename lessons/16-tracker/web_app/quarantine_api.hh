// The quarantine for pages: the list is read here; to decode points again or to delete them the
// store is asked (services/quarantine_changes.hh).
//
//   GET  /api/quarantine[?device][&number][&below]
//        a page of points, the newest first, and where the next page begins: "below", or null; how
//        much all take and may take: "bytes" and "room". Of each point at most kMostRaw bytes:
//        "raw" as text, in which what is not UTF-8 is U+FFFD, "hex" where that hides something,
//        and "size" is how many there are.
//   POST /api/quarantine/replay  {["device":1,]["number":2,]["after":3]}
//        {"moved":2,"kept":1,"after":null}: one step; if "after" is a number, ask again with it
//   POST /api/quarantine/delete  {"device":1} or {"number":2}, both, or {"all":true}
//        {"deleted":3,"done":true}: one step; until it is done, ask again
//
// A member names a device that he may change. All of them are for admins: what a phone sent and
// nobody could read may say anything.

#pragma once

#include "net/http/exchange.hh"
#include "net/task.hh"
#include "web_app/database_reads.hh"
#include "web_app/routes.hh"
#include "web_app/store_changes.hh"

namespace waymark::tracker {

class QuarantineApi {
  public:
    static constexpr std::size_t kMostRaw = 2048;

    QuarantineApi(DatabaseReads& reads, StoreChanges& changes) : reads_(reads), changes_(changes) {}
    QuarantineApi(const QuarantineApi&) = delete;
    QuarantineApi& operator=(const QuarantineApi&) = delete;

    void add_routes(Routes& routes);

  private:
    net::Task<> list(net::http::Exchange& exchange, Viewer viewer);

    DatabaseReads& reads_;
    StoreChanges& changes_;
};

}  // namespace waymark::tracker
