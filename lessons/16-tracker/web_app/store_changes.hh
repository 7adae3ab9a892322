// Has the store change something for a person who asked for it on a page, and answers with what
// came of it.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "net/address.hh"
#include "net/event_loop.hh"
#include "net/http/exchange.hh"
#include "net/notice.hh"
#include "net/task.hh"
#include "services/changes.hh"
#include "web_app/viewer.hh"

namespace waymark::tracker {

class StoreChanges {
  public:
    // Gives a message to the store; false if there is none at the moment.
    using TellStore = std::function<bool(std::string_view message)>;

    static constexpr std::size_t kMostAtOnce = 16;

    // Who asks; the peer unless it is told otherwise, as behind a proxy.
    using ClientOf = std::function<net::Address(const net::http::Exchange&)>;
    StoreChanges(net::EventLoop& loop, TellStore tell_store, ClientOf client_of = peer_of)
        : tell_store_(std::move(tell_store)), client_of_(std::move(client_of)), heard_(loop) {}
    StoreChanges(const StoreChanges&) = delete;
    StoreChanges& operator=(const StoreChanges&) = delete;

    // What came of the change `name` (services/changes.hh), asked for by `viewer` with the JSON
    // object `arguments`. 503 if there is no store, too much is asked at once, or no answer comes
    // in ten seconds: then it may be done all the same.
    net::Task<ChangeDone> ask(const net::http::Exchange& exchange, Viewer viewer, std::string name,
                              std::string arguments);
    // The same, as the answer to the request. Its arguments are the request's body unless others
    // are given.
    net::Task<> answer(net::http::Exchange& exchange, Viewer viewer, std::string name);
    net::Task<> answer(net::http::Exchange& exchange, Viewer viewer, std::string name,
                       std::string arguments);

    // What the store answers.
    void hear(const ChangeDone& done);

  private:
    class Asked;
    using All = std::map<std::uint64_t, std::optional<ChangeDone>>;

    static net::Address peer_of(const net::http::Exchange& exchange) { return exchange.peer; }

    TellStore tell_store_;
    ClientOf client_of_;
    net::Notice heard_;
    std::uint64_t last_id_ = 0;
    All asked_;
};

}  // namespace waymark::tracker
