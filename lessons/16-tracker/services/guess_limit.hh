// Slows those who guess identifiers and tokens. Each network (an IPv4 address, an IPv6 /64) may
// name so many unknown devices, then one more every few seconds. Beyond that nobody from there is
// told whether a name is right, but for devices that have been heard from there before: a household
// whose phones share an address is not locked out by one of them (services/heard_from says what is
// remembered of that).
//
// A mistyped phone says the same wrong name again and again, a guesser never does: so a name that
// was among the last few from that network does not count again.
//
// The table has a fixed size, and holds networks as they are: nobody is slowed because of another
// network. It has sets of a few places, and in which set a network stands depends on a random key,
// so that nobody can aim at another's place. When a set is full, the network that is closest to
// being free anyway makes room. Who has thousands of networks, of which each may guess so much,
// gains little by that: they had many guesses already.
//
// Each thread of a receiver has its own table, so a guesser who opens many connections has as many
// limits as there are threads. Clocks are handed in.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "fix.hh"
#include "net/address.hh"
#include "services/heard_from.hh"
#include "services/keyed_hash.hh"

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

    // Called for each network that a device is heard from for the first time.
    void when_heard(std::function<void(const Heard& heard)> handler) {
        when_heard_ = std::move(handler);
    }
    // What was heard before, here or elsewhere.
    HeardFrom& heard_from() { return heard_from_; }

    static constexpr std::size_t kSets = 512;
    static constexpr std::size_t kPlacesInSet = 8;

  private:
    static constexpr std::size_t kRemembered = 8;

    struct Place {
        net::NetworkKey network;
        Time paid_until{};  // the generic cell rate algorithm's one number (ITU-T I.371)
        std::array<std::uint64_t, kRemembered> names{};
        std::size_t next = 0;
    };

    std::span<Place> set_of(const net::NetworkKey& network);
    Place* find(const net::NetworkKey& network);
    Place& find_or_make(const net::NetworkKey& network);
    static bool is_full(const Place& place, Time now);

    KeyedHash hash_;
    std::vector<Place> places_;  // empty until the first stranger comes
    HeardFrom heard_from_;
    std::function<void(const Heard&)> when_heard_;
};

}  // namespace waymark::tracker
