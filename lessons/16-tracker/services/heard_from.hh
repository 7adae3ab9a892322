// From which networks each device was heard lately: the last few, so that a phone that goes between
// home, work and the road is known in all of them.
//
// Each thread that hears phones has one, and so has the store, which passes on what each of them
// learns: a phone that meets another thread, or a receiver that has been started anew, is known
// there. It is in memory only, so a start of the whole server begins with nothing.

#pragma once

#include <array>
#include <cstddef>
#include <unordered_map>
#include <vector>

#include "fix.hh"
#include "net/address.hh"

namespace waymark::tracker {

struct Heard {
    DeviceNumber device = 0;
    net::NetworkKey network;
};

class HeardFrom {
  public:
    static constexpr std::size_t kNetworks = 8;          // of a device
    static constexpr std::size_t kMostDevices = 50'000;  // then it forgets all and begins anew

    // Whether the device is known there. Then it is its latest network.
    bool knows(DeviceNumber device, const net::NetworkKey& network);
    // The device is known there from now on, and maybe not any more where it was heard longest ago.
    // False if it was known there.
    bool add(DeviceNumber device, const net::NetworkKey& network);
    // All, of each device what was heard longest ago first, as add() takes it.
    std::vector<Heard> list() const;

  private:
    // The latest first. What is empty has no address family, as no peer has.
    using Networks = std::array<net::NetworkKey, kNetworks>;

    std::unordered_map<DeviceNumber, Networks> devices_;
};

}  // namespace waymark::tracker
