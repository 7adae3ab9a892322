// Sends a trip as a phone with a queue would: a point is done when the server has acknowledged it,
// and is sent again until then. Several connections share the trip; on request they break at
// random.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "net/address.hh"
#include "trips/phone_message.hh"

namespace waymark::tracker {

struct ReplayPlan {
    std::vector<net::Address> addresses;
    std::string authority;
    PhoneIdentity identity;
    std::optional<double> speed;  // times as fast as it was; none: as fast as the server takes it
    unsigned connections = 1;
    std::optional<std::uint64_t> disconnect_seed;  // break connections at random
    // How long the server may be away once it has been there. At the start it may not.
    std::chrono::milliseconds patience{60'000};
};

struct ReplayCounts {
    std::size_t acknowledged = 0;
    std::size_t requests = 0;
    std::size_t sent_again = 0;
    std::size_t breaks = 0;  // that we caused
};

// Returns when all points are acknowledged. Throws UsageError when the server refuses a point, with
// its answer, and std::runtime_error when it cannot be reached.
ReplayCounts replay(const std::vector<TripPoint>& points, const ReplayPlan& plan);

}  // namespace waymark::tracker
