// What the store finds out of comings and goings while it stores fixes (store/place_watch): the
// events, and what web hooks shall be told of them, are written in the transaction of the fixes.
// Whatever goes wrong with that keeps no fix from being stored: then it is said in the log, and
// who is where is read again.

#pragma once

#include <string>
#include <vector>

#include "daemon/log.hh"
#include "store/place_watch.hh"
#include "store/store.hh"

namespace waymark::tracker {

class PlaceNews {
  public:
    // All must outlive it.
    PlaceNews(Store& store, daemon::Log& log) : store_(store), log_(log) {}
    PlaceNews(const PlaceNews&) = delete;
    PlaceNews& operator=(const PlaceNews&) = delete;

    // A fix that was new, of the transaction that goes on.
    void note(const Fix& fix, UnixMillis now) { watch_.note(fix, now); }
    // The places may have changed, or what is stored.
    void forget() { watch_.forget(); }

    // The end of the transaction begins.
    void write(UnixMillis now);
    // It has ended: what is news then.
    std::vector<PlaceEvent> take(bool is_durable);

  private:
    Store& store_;
    daemon::Log& log_;
    PlaceWatch watch_;
    std::vector<PlaceEvent> events_;
    std::string told_;  // the failure that is in the log already
};

}  // namespace waymark::tracker
