// Fixes that cannot be where they say: a jump there and back at an impossible speed. This is the
// whole rule.
//
//   Up to kMostInARow fixes in a row are outliers when
//   - the jump to the first of them and the jump back from the last are each longer than
//     kShortestJumpM, and each faster than kFastestMps within kShortTime, or than
//     kFastestInFlightMps over a longer time (there a plane may have turned between two fixes);
//   - the fix before and the fix after are nearer to each other than a quarter of the shorter jump:
//     who moves on is no outlier, however fast;
//   - between themselves they do not jump so.
//
// It only suggests. Nothing is hidden until a person says so.

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>

#include "store/fix_row.hh"

namespace waymark::tracker {

struct Outlier {
    TrackPoint point;
    double jump_m = 0;     // the shorter one
    double speed_mps = 0;  // the slower one
};

// Takes a track in the order of time and tells of outliers, the oldest first.
class OutlierFinder {
  public:
    static constexpr std::size_t kMostInARow = 5;
    static constexpr double kShortestJumpM = 150;
    static constexpr double kFastestMps = 60;
    static constexpr double kFastestInFlightMps = 350;
    static constexpr std::chrono::seconds kShortTime{120};

    explicit OutlierFinder(std::function<void(const Outlier&)> tell) : tell_(std::move(tell)) {}

    void add(const TrackPoint& point);

  private:
    bool ends_outliers(const TrackPoint& point, std::size_t first) const;
    void tell_of(const TrackPoint& after, std::size_t first);
    void keep(const TrackPoint& point);

    std::function<void(const Outlier&)> tell_;
    std::array<TrackPoint, kMostInARow + 1> last_;  // the newest at the end of the first count_
    std::size_t count_ = 0;
};

}  // namespace waymark::tracker
