// Slows those who guess identifiers and tokens. Each network (an IPv4 address, an IPv6 /64) may
// name so many unknown devices, then one more every few seconds. Beyond that nobody from there is
// told whether a name is right, but for devices that have been heard from there before: a household
// whose phones share an address is not locked out by one of them.
//
// A mistyped phone says the same wrong name again and again, a guesser never does: so a name that
// was among the last few from that network does not count again.
//
// The table has a fixed size. Networks that fall into one place of it share it, and are then slowed
// together; nothing can be pushed out of it. Each thread of a receiver has its own, so a guesser
// who opens many connections has as many limits as there are threads. Clocks are handed in.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fix.hh"
#include "net/address.hh"

namespace waymark::tracker {

class GuessLimit {
  public:
    using Time = std::chrono::steady_clock::time_point;

    static constexpr int kAtOnce = 30;  // wrong names from one network
    static constexpr std::chrono::seconds kForOneMore{10};

    // A message that names no known device. False: it is one too many, and is not to be told so.
    bool allows_stranger(const net::NetworkKey& network, std::string_view name, Time now);
    // A message of a known device. False: it is not to be believed yet.
    bool allows_device(DeviceNumber device, const net::NetworkKey& network, Time now);

  private:
    static constexpr std::size_t kPlaces = 1024;
    static constexpr std::size_t kRemembered = 8;

    struct Place {
        Time paid_until{};  // the generic cell rate algorithm's one number (ITU-T I.371)
        std::array<std::uint32_t, kRemembered> names{};
        std::size_t next = 0;
    };

    Place& place_of(const net::NetworkKey& network);
    static bool is_full(const Place& place, Time now);

    std::vector<Place> places_;  // empty until the first stranger comes
    std::unordered_map<DeviceNumber, net::NetworkKey> heard_from_;
};

}  // namespace waymark::tracker
