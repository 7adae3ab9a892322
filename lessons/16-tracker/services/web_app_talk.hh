// The store's end of what it and the web app say to each other: announcements to who listens, and
// what people ask for on the pages, which is done between two transactions.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "daemon/channel.hh"
#include "fix.hh"
#include "net/channel_link.hh"
#include "net/event_loop.hh"
#include "services/changes.hh"
#include "services/messages.hh"
#include "services/refusal_list.hh"
#include "store/place_events.hh"
#include "store/store.hh"

namespace waymark::tracker {

class WebAppTalk {
  public:
    struct Handlers {
        std::function<void()> on_devices_changed;      // the receivers must hear of it
        std::function<void()> on_quarantine_changed;   // it may have room, or none, now
        std::function<void()> on_places_changed = {};  // or whom web hooks post to
    };

    // Loop and store must outlive it.
    WebAppTalk(net::EventLoop& loop, Store& store, Handlers handlers);

    // The first web app, or a new one.
    void meet(daemon::Channel channel);

    // From here on announcements are numbered here, from the time of the day on, and not by the
    // database: several trackers write it, and none knows the numbers of the others. To be called
    // before there is a web app.
    void count_by_itself();
    // Something was stored, by whomever, whether it will be announced or not: a page that was read
    // before must not be taken for one that was read after it.
    void count_stored() {
        if (number_ != 0) ++number_;
    }

    // Whether somebody wants to hear of fixes.
    bool listens() const { return listens_; }
    // A transaction has begun (true), or it has ended.
    void in_transaction(bool is_begun) { in_transaction_ = is_begun; }
    // The web app is never waited for: what it does not take, or we have no memory to say, it will
    // read from the store.
    void announce(std::int64_t sequence, const std::vector<Fix>& fresh);
    // What was announced is not what is stored any more. Who looks hears of it now, and not with
    // the next fix: all phones may lie still.
    void announce_missed();
    void tell_of_devices();
    void tell_of_accounts();
    // Some have come to a place, or left one.
    void tell_of_passages(const std::vector<PlaceEvent>& events);
    // What a receiver says of whom it refused (services/refusal_messages). Kept as well, for a web
    // app that is started anew.
    void pass_on_refused(std::string_view message);
    static constexpr std::size_t kMostRefused = 256;

    // Does what was asked for since the last call, in this order; between transactions only.
    void do_as_asked();

  private:
    std::uint64_t place() const;
    void hear(const Listen& listen);
    void make_and_tell(const ChangeRequest& request);

    net::EventLoop& loop_;
    Store& store_;
    Handlers handlers_;
    std::unique_ptr<net::ChannelLink> link_;
    std::vector<ChangeRequest> changes_;
    RefusalList refused_{kMostRefused};
    std::uint64_t number_ = 0;  // of the newest announcement; 0: the database counts
    bool listens_ = false;
    bool missed_ = false;
    bool in_transaction_ = false;
};

}  // namespace waymark::tracker
