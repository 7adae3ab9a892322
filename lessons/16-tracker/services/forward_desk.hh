// The store's part of forwarding (services/forwarder): notes how far the caller has come, in the
// transaction that the phones' fixes are in as well, and hands out what is next when that is
// durable. A question for which there is nothing yet is answered when there is.
//
// What commands have stored in a database that several trackers share is claimed before it is
// handed out, and given back when the caller asks for more or has a pause: then another tracker,
// which may reach the other server, can have it. It and what came in here are handed out in turn.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/log.hh"
#include "fix.hh"
#include "services/forward_messages.hh"
#include "store/store.hh"

namespace waymark::tracker {

class ForwardDesk {
  public:
    using Send = std::function<void(std::string_view message)>;

    // All must outlive it.
    ForwardDesk(Store& store, daemon::Log& log, const std::vector<std::string>& destinations);

    // Makes the store ready, which may take seconds the first time (Forwarding::keep). Between
    // transactions.
    void prepare();
    // A new caller: what the one before has asked is nobody's any more.
    void meet(Send send);
    // Within a transaction. Nonsense is passed over.
    void take(std::string_view message, UnixMillis now);
    // There may be something to send, or a failure may have passed.
    void look();
    // What take() has noted is on disk, or is not: then the caller will hear of those fixes again.
    void ended(bool is_durable);
    // Answers, between transactions.
    void answer(UnixMillis now);

  private:
    struct Destination {
        std::string name;
        bool is_asked = false;
        bool is_known = false;  // to the caller, who has heard of it how much was sent before
        bool has_news = true;   // as far as we know
        bool has_rest = false;  // as far as the caller knows: more than it has in hand
        bool may_hold = true;   // a claim, of this store or the one before it
        bool is_turn_of_commands = true;
    };

    void answer(Destination& destination, UnixMillis now);
    std::vector<FixToSend> next(Destination& destination, UnixMillis now);
    std::vector<FixToSend> claim(Destination& destination, UnixMillis now);
    void fail(const std::exception& error);

    Store& store_;
    daemon::Log& log_;
    std::vector<Destination> destinations_;
    Send send_;
    bool is_ready_ = false;
    bool has_failed_ = false;
    std::string told_;  // to the log, of the last failure
};

}  // namespace waymark::tracker
