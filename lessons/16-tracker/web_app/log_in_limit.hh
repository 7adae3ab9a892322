// Slows those who guess passwords. Two things are counted: attempts from a network (an IPv4
// address, an IPv6 /64), whatever the name; and attempts for a name, from wherever they come, so
// that who has a thousand networks gains no thousand guesses. What a right password has taken is
// given back.
//
// Counting by name alone would let a stranger lock a person out by guessing all the time. So a
// network that the person is logged in from does not count for the name, and is not slowed by it:
// at home, and wherever their phone is, they get in. From elsewhere they wait like the stranger, or
// use a link (`tracker user link`), which is asked no password.
//
// A name that is nobody's is counted as any other: being slowed does not tell who is here. Memory
// is fixed. A table has sets of a few places; in which set somebody stands depends on a random key,
// so nobody can aim at another's place, and when a set is full, who would be free soonest makes
// room: pushing out a name takes more attempts than were made for it.
//
// No socket and no clock: the time is handed in.

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "net/address.hh"
#include "services/keyed_hash.hh"

namespace waymark::tracker {

class LogInLimit {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    // At once, and how long one more takes.
    struct Rate {
        int at_once;
        std::chrono::seconds for_one_more;
    };
    static constexpr Rate kOfNetwork{10, std::chrono::seconds(30)};
    static constexpr Rate kOfName{20, std::chrono::seconds(120)};  // 740 guesses in a day

    struct Verdict {
        bool is_allowed = false;
        std::chrono::seconds wait{};  // if it is not: until it would be, rounded up
        bool is_news = false;         // the first refusal since an attempt was allowed
    };

    // One attempt for `name`, which is compared as it is. `is_known` says that whoever has this
    // name is logged in from that network.
    Verdict take(const net::NetworkKey& network, std::string_view name, bool is_known, Time now);
    // The password was right: that attempt does not count.
    void give_back(const net::NetworkKey& network, std::string_view name, bool is_known);

    static constexpr std::size_t kSets = 256;
    static constexpr std::size_t kPlacesInSet = 8;

  private:
    struct Place {
        std::uint64_t key = 0;
        Time paid_until{};  // the generic cell rate algorithm's one number (ITU-T I.371)
        bool refused = false;
    };
    using Table = std::vector<Place>;  // empty until somebody comes

    static Place& place_of(Table& table, std::uint64_t key);
    // How long until one more is allowed; zero or less: it is.
    static Duration wait_of(const Place& place, const Rate& rate, Time now);
    static void pay(Place& place, const Rate& rate, Time now);

    KeyedHash hash_;
    Table networks_;
    Table names_;
};

}  // namespace waymark::tracker
