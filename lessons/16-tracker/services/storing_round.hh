// What the receivers have handed in for one transaction. Fixes are gathered and stored together at
// its end, because that is one statement in PostgreSQL, and one way to another machine. So are the
// points of a message that must go to quarantine, which is bounded as the message is.

#pragma once

#include <vector>

#include "services/messages.hh"
#include "services/place_news.hh"
#include "services/shared_places.hh"
#include "services/store_counters.hh"
#include "store/store.hh"

namespace waymark::tracker {

class StoringRound {
  public:
    // All must outlive it.
    StoringRound(Store& store, StoreCounters& counters, SharedPlaces& shared_places,
                 PlaceNews& place_news)
        : store_(store),
          counters_(counters),
          shared_places_(shared_places),
          place_news_(place_news) {}
    StoringRound(const StoringRound&) = delete;
    StoringRound& operator=(const StoringRound&) = delete;

    // What one message has, of the transaction that goes on; its texts are moved out of it.
    void add(std::vector<Item>& items, UnixMillis now);
    // Stores what was gathered. With `keeps` the new ones can be had as fresh() until clear().
    void store_fixes(UnixMillis now, bool keeps);

    bool has_stored() const { return has_stored_; }
    const std::vector<Fix>& fresh() const { return fresh_; }
    // The transaction has ended, either way.
    void clear();

  private:
    void store_quarantined(UnixMillis now);

    Store& store_;
    StoreCounters& counters_;
    SharedPlaces& shared_places_;
    PlaceNews& place_news_;
    std::vector<Fix> gathered_;
    std::vector<Quarantined> quarantined_;
    std::vector<Added> added_;
    std::vector<Fix> fresh_;
    bool has_stored_ = false;
};

}  // namespace waymark::tracker
