// The newest cases of messages that were refused or sent into quarantine, in a list of a fixed
// length. Somebody who guesses makes a case of each guess; so the list, when it is full, forgets a
// case of the network that has the most of them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "fix.hh"
#include "net/address.hh"

namespace waymark::tracker {

struct RefusalCase {
    int status = 0;           // of the answer: 200 for quarantine, 0 if there was none
    DeviceNumber device = 0;  // if it is known, also of one that is refused
    net::NetworkKey network;
    std::string reason;    // a word (services/refusal_words), or what the HTTP server says
    std::string field;     // that is wrong, for some reasons
    std::string protocol;  // "traccar", "osmand"...; "" where it came too short for one
    std::string who;       // what the message called the device, as a log may show it
    // The same in full, if it can be an identifier and is hardly a mistyped token: to be added to a
    // device, and shown to nobody but an admin.
    std::string called;
    std::string address;  // of the peer, without its port
    UnixMillis last_ms = 0;
    UnixMillis told_ms = 0;  // when the log said so; 0: never
    std::uint64_t count = 0;

    bool is_same(const RefusalCase& other) const;
};

class RefusalList {
  public:
    explicit RefusalList(std::size_t most) : most_(most) {}

    // Adds its count to the same case if that is there, and makes it the newest.
    RefusalCase& add(RefusalCase news);
    // The newest first.
    const std::deque<RefusalCase>& cases() const { return cases_; }
    void clear() { cases_.clear(); }

  private:
    void forget_one();

    std::size_t most_;
    std::deque<RefusalCase> cases_;
};

}  // namespace waymark::tracker
