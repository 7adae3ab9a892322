// What was done to the accounts and by whom: log-ins, refusals, changes. The names are kept as they
// were, so that a person who has been removed is still named.
//
// It has a bound, and refusals, which strangers cause, have one of their own: who fails to log in
// ten thousand times cannot push out the one line that says that they succeeded. Nor can whoever
// has an account: of too many events the oldest goes of the person who has most of them.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "account.hh"
#include "store/connection.hh"

namespace waymark::tracker {

struct AuditEntry {
    std::int64_t number = 0;
    UnixMillis time_ms = 0;
    std::string who{};      // a name as it was then, or what a stranger typed; "": nobody
    std::string address{};  // from where; "": by a command on the server
    std::string action{};   // "log-in", "log-in refused", "role changed", ...
    std::string about{};    // whom or what it was done to, or why
    bool is_refusal = false;
};

// Parts of a transaction that the caller holds. Throws StoreError.
class AuditLog {
  public:
    static constexpr std::int64_t kMostEvents = 10'000;
    static constexpr std::int64_t kMostRefusals = 2'000;
    static constexpr std::size_t kLongestText = 256;  // bytes; the rest is left out

    explicit AuditLog(Connection& connection) : connection_(connection) {}

    void note(const AuditEntry& entry);
    // The newest first, with numbers below `below` (0: all).
    std::vector<AuditEntry> list(int most, std::int64_t below = 0);

  private:
    void forget_old_refusals();
    void forget_old_events();

    Connection& connection_;
};

}  // namespace waymark::tracker
