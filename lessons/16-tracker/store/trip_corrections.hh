// What people said of trips and stays (trips/segment_corrections.hh), as rows of their own: no fix
// is ever changed by one, and to undo one is to remove its row.

#pragma once

#include <vector>

#include "fix.hh"
#include "store/connection.hh"
#include "trips/segment_corrections.hh"

namespace waymark::tracker {

class TripCorrections {
  public:
    static constexpr std::int64_t kMostOfADevice = 10'000;

    explicit TripCorrections(Connection& connection) : connection_(connection) {}

    // Its number. Throws UsageError if there is no such device, or it has too many.
    std::int64_t add(DeviceNumber device, SegmentCorrection::Kind kind, UnixMillis at_ms,
                     UnixMillis now);
    // Throws UsageError if the device has none with that number.
    void remove(DeviceNumber device, std::int64_t number);
    // Those of a moment with from <= at < to, in the order in which they were made.
    std::vector<SegmentCorrection> list(DeviceNumber device, UnixMillis from, UnixMillis to);

  private:
    Connection& connection_;
};

}  // namespace waymark::tracker
