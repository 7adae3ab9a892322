// Who was refused or sent into quarantine lately, and why: for the owner, whose phone otherwise
// shows an error that nobody sees. A warning in the log for a new case, a bounded list for
// `tracker refused`, news for the page of the devices, and two counters for `tracker status`.
//
// Somebody who guesses makes a case of each guess. So one network gets a few of the log's lines a
// minute (and of the list: services/refusal_list). A case that got none gets one when it comes
// again in a quieter minute, as a phone's does.
//
// What a message called an unknown device may be a token with one wrong letter, so a text that came
// where a token belongs, or is as long as one, is shown by its first four characters and its
// length: enough for its owner to know it again, not enough for a reader of the log to find the
// rest.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/log.hh"
#include "net/address.hh"
#include "protocol.hh"
#include "services/reason_counts.hh"
#include "services/refusal_list.hh"

namespace waymark::tracker {

// As it may be shown: printable ASCII, at most 40 characters of it.
std::string shown_name(std::string_view called, bool by_token);

// What an admin may be shown and add to a device: `called` as it stands, if it can be an identifier
// and has not the shape of a token; otherwise "".
std::string name_to_add(std::string_view called, bool by_token);

class Refusals {
  public:
    static constexpr std::size_t kMost = 64;              // cases in the list
    static constexpr std::size_t kLinesPerMinute = 10;    // of the log
    static constexpr std::size_t kLinesOfOneNetwork = 4;  // of these
    static constexpr UnixMillis kQuiet = 3'600'000;       // then a case is worth a line again

    explicit Refusals(daemon::Log& log) : log_(log) {}

    // Notes a message that is refused or has points for quarantine; ignores others.
    void note(const Decoded& decoded, const net::Address& peer, UnixMillis now);

    // Notes what never became a message: a request that the HTTP server could not read, or a client
    // that may not come in; `status` is 0 where there was no answer. `why` has no quotes in it.
    void note_unread(int status, std::string_view why, const net::Address& peer, UnixMillis now);

    std::uint64_t refused() const { return refused_; }
    std::uint64_t quarantined() const { return quarantined_; }
    // "refused_by_reason":{...},"quarantined_by_reason":{...}: since the start.
    std::string reasons_to_json() const;
    // The newest `most` cases, as a JSON array:
    //   [{"time":MS,"count":2,"status":403,"reason":"unknown_device","field":"","who":"my-phne",
    //     "device":0,"address":"192.0.2.7"}]
    // For quarantine the status is 200. `device` is the number of the device if it is known, also
    // of one that is refused.
    std::string to_json(std::size_t most) const;

    // What came since forget_news(), with the counts of that time; at most kMost cases, the newest
    // first.
    const std::deque<RefusalCase>& news() const { return news_.cases(); }
    void forget_news() { news_.clear(); }
    // Called for each message that is noted.
    void when_noted(std::function<void()> handler) { when_noted_ = std::move(handler); }

  private:
    void note(RefusalCase current, UnixMillis now);
    bool may_tell(const RefusalCase& that, UnixMillis now);
    void tell(RefusalCase& that, UnixMillis now);

    daemon::Log& log_;
    std::function<void()> when_noted_;
    RefusalList list_{kMost};
    RefusalList news_{kMost};
    std::uint64_t refused_ = 0;
    std::uint64_t quarantined_ = 0;
    ReasonCounts refused_reasons_, quarantined_reasons_;
    UnixMillis minute_began_ = 0;
    std::vector<net::NetworkKey> told_;  // in this minute, for each line the network
    std::uint64_t untold_ = 0;
};

}  // namespace waymark::tracker
