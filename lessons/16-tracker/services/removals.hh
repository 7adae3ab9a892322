// Goes on with the removal of devices (store/device_edits): some thousand rows at a time, between
// the transactions of the phones, and then a pause at least as long as it took. So phones wait for
// one step at most, however many positions a device has. What was begun before the server was
// stopped goes on when it starts again.

#pragma once

#include <chrono>

#include "daemon/log.hh"
#include "net/event_loop.hh"
#include "store/device_edits.hh"
#include "store/store.hh"

namespace waymark::tracker {

class Removals {
  public:
    // All must outlive it.
    Removals(net::EventLoop& loop, Store& store, daemon::Log& log);
    Removals(const Removals&) = delete;
    Removals& operator=(const Removals&) = delete;

    // A removal may have begun.
    void look();
    // Does a step if it is time for one; between transactions only. True if it did.
    bool step_if_due();

    static constexpr std::chrono::milliseconds kAfterFailure{10'000};

  private:
    bool step();

    net::EventLoop& loop_;
    Store& store_;
    daemon::Log& log_;
    bool is_under_way_ = false;
    bool is_due_ = false;
    net::Timer timer_;
    DeviceEdits::Leftovers leftovers_;  // looked for once at each start
};

}  // namespace waymark::tracker
