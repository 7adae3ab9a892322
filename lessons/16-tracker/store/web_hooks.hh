// Web hooks: addresses to which it is posted who came to a place and who left it, and what waits to
// be posted. What waits is written in the transaction that stores the event, so that no end of a
// process loses it; and it is struck out only when the receiver has said that it has it. So each
// event is posted once or more, under one id by which a receiver knows it again.
//
// A hook hears of the devices that the account which made it may change, as with share links: to
// see a device is not enough to show it to others. That is asked when an event is queued, and again
// when it is posted.
//
// A receiver that does not answer costs a bounded number of rows, and growing pauses: of a hook the
// newest kMostWaiting wait, none longer than kLongestWait, and after a failure the hook has a pause
// of its own, whatever waits for it.
//
// Several trackers on one database (PostgreSQL) have the same hooks, and one of them posts for a
// hook at a time: take_due() claims it, by a pause that only one can set. The claim ends with the
// answer, or after kLongestClaim, so that what a tracker held which has died is posted by another.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "account.hh"
#include "store/place_events.hh"

namespace waymark::tracker {

using HookNumber = std::int64_t;

struct WebHook {
    HookNumber number = 0;
    UserNumber by = 0;
    std::optional<std::int64_t> place{};  // nothing: all places
    std::string url{};
    std::string secret{};  // bytes, with which posts are signed
    UnixMillis made_ms = 0;
    // How it went.
    std::optional<UnixMillis> tried_ms{};
    std::string said{};         // by the receiver, or why it could not be asked
    std::int64_t failures = 0;  // in a row
    UnixMillis due_ms = 0;      // not before this, after a failure
    std::int64_t waiting = 0, delivered = 0, dropped = 0;
};

// One to be posted now.
struct HookPost {
    std::int64_t number = 0;
    HookNumber hook = 0;
    std::string url{};
    std::string secret{};
    std::string id{};    // the same at each try
    std::string body{};  // JSON
};

struct HookAnswer {
    std::int64_t post = 0;
    bool is_taken = false;
    std::string said{};
};

// Parts of a transaction that the caller holds. Throws UsageError for what a person must correct,
// and StoreError.
class WebHooks {
  public:
    static constexpr std::int64_t kMostOfOne = 10, kMostOfAll = 100;
    static constexpr std::int64_t kMostWaiting = 1000;
    static constexpr UnixMillis kLongestWait =
        std::chrono::milliseconds(std::chrono::hours(72)).count();
    static constexpr std::size_t kLongestSaid = 200;
    static constexpr std::chrono::hours kLongestPause{1};
    // Longer than a post is on its way (services/hook_queue.hh).
    static constexpr UnixMillis kLongestClaim =
        std::chrono::milliseconds(std::chrono::minutes(11)).count();

    explicit WebHooks(Connection& connection) : connection_(connection) {}

    // Those of one account, the oldest first.
    std::vector<WebHook> list(UserNumber by);
    // Of `hook` counts by, place, url, secret and made_ms.
    HookNumber add(const WebHook& hook);
    // Only by who made it.
    void remove(HookNumber number, UserNumber by);
    // A post that says nothing but that it is one, to be tried at once.
    void test(HookNumber number, UserNumber by, UnixMillis now);

    // What the events make wait.
    void queue(const std::vector<PlaceEvent>& events, UnixMillis now);
    // At most one of each hook, of none in `busy`. Where it finds one that has waited too long, or
    // that may not be shown any more, it drops those of its kind: then look again. What is planned
    // for later than any pause ends (and kClockError), because the clock was set back, is due.
    std::vector<HookPost> take_due(const std::vector<HookNumber>& busy, std::size_t most,
                                   UnixMillis now);
    // Gives back what take_due() has handed out: nobody posts it any more.
    void give_back();
    // When take_due() may have something, which may be past; nothing if nothing waits.
    std::optional<UnixMillis> next_due(const std::vector<HookNumber>& busy);
    // What came of a post. `chance` is from 0 to 1, and makes a pause shorter by up to a half.
    void note(const HookAnswer& answer, double chance, UnixMillis now);

    // After so many failures: 5 seconds, doubled up to an hour, less the share that chance takes:
    // or all hooks of a receiver that comes back would ask it in the same moment.
    static UnixMillis pause_after(std::int64_t failures, double chance);

  private:
    void require_own(HookNumber number, UserNumber by);
    void put(HookNumber hook, std::optional<std::int64_t> event, UnixMillis now);
    void bring_forward(UnixMillis now);
    bool drop_stale(const Statement& row, UnixMillis now);
    bool claim(HookNumber hook, std::int64_t post, UnixMillis now);
    void end_claim(HookNumber hook);

    Connection& connection_;
};

}  // namespace waymark::tracker
