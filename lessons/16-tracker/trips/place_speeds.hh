// Speeds for a device that sends none: the way of the last ten seconds or more, divided by the
// time. Over a shorter one the noise of the places would be speed. A jump, one step that is far
// faster than the one before it, begins a new window: the receiver has found its way again.

#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "store/fix_row.hh"

namespace waymark::tracker {

class PlaceSpeeds {
  public:
    // The speed at this fix, in m/s; nothing in the first three seconds, and after a break or a
    // jump. Fixes come in the order of time; `is_break`: no way leads to this one.
    std::optional<float> add(const TrackPoint& point, bool is_break);

    static constexpr UnixMillis kWindowMs = 10'000;
    static constexpr UnixMillis kShortestWindowMs = 3'000;
    static constexpr double kJumpMps = 100;

  private:
    // A device that sends more often than twice a second has a shorter window.
    static constexpr std::size_t kMost = 32;

    struct Moment {
        UnixMillis time_ms = 0;
        double way_m = 0;
    };

    void begin_at(const Moment& moment);
    const Moment& oldest(std::size_t after = 0) const { return window_[(first_ + after) % kMost]; }

    TrackPoint last_;
    double way_m_ = 0;
    bool was_fast_ = false;
    std::array<Moment, kMost> window_;
    std::size_t first_ = 0, count_ = 0;
};

}  // namespace waymark::tracker
