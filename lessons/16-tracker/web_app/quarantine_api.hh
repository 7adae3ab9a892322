// The quarantine for pages: the list is read here; to decode points again or to delete them the web
// app asks the store, which alone writes.
//
//   GET  /api/quarantine[?device][&number][&below]
//        a page of points, the newest first, and where the next page begins: "below", or null
//   POST /api/quarantine/replay[?device][&number][&after]
//        {"moved":2,"kept":1,"after":null}: one step; if "after" is a number, ask again with it
//   POST /api/quarantine/delete?device|number|all=1
//        {"deleted":3}
//
// For admins: what a phone sent and nobody could read may say anything.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "net/event_loop.hh"
#include "net/http/exchange.hh"
#include "net/notice.hh"
#include "net/task.hh"
#include "services/messages.hh"
#include "web_app/database_reads.hh"
#include "web_app/routes.hh"

namespace waymark::tracker {

class QuarantineApi {
  public:
    // Gives a message to the store; false if there is none at the moment.
    using TellStore = std::function<bool(std::string_view message)>;

    QuarantineApi(net::EventLoop& loop, DatabaseReads& reads, TellStore tell_store)
        : reads_(reads), tell_store_(std::move(tell_store)), heard_(loop) {}
    QuarantineApi(const QuarantineApi&) = delete;
    QuarantineApi& operator=(const QuarantineApi&) = delete;

    void add_routes(Routes& routes);
    // What the store answers.
    void hear(const QuarantineDone& done);

  private:
    net::Task<> list(net::http::Exchange& exchange);
    net::Task<> replay(net::http::Exchange& exchange);
    net::Task<> remove(net::http::Exchange& exchange);
    net::Task<std::optional<QuarantineDone>> ask_store(QuarantineWish wish);
    net::Task<> answer_wish(net::http::Exchange& exchange, QuarantineWish wish);

    DatabaseReads& reads_;
    TellStore tell_store_;
    net::Notice heard_;
    std::uint64_t last_id_ = 0;
    std::map<std::uint64_t, std::optional<QuarantineDone>> asked_;
};

}  // namespace waymark::tracker
