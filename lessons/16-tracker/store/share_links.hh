// Share links: one device, shown to whoever has the link, without an account. A link shows a span
// of the past, or what happens until it ends; it ends after 31 days at the latest, when somebody
// ends it, and when who made it may not show the device any more.
//
// The secret in a link's address has 128 random bits, and its hash alone is kept (token.hh): who
// reads the file or a backup can open none.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account.hh"
#include "store/connection.hh"
#include "token.hh"

namespace waymark::tracker {

using ShareNumber = std::int64_t;

struct ShareLink {
    ShareNumber number = 0;
    DeviceNumber device = 0;
    UserNumber by = 0;  // who made it; 0: somebody on the server itself
    std::string by_name;
    UnixMillis made_ms = 0;
    TokenHash secret{};
    std::string name;  // what the shared page calls the device
    // It shows fixes with from <= time < to. Of a live one `to` is the end that it was made with.
    UnixMillis from_ms = 0;
    UnixMillis to_ms = 0;
    bool is_live = false;
    bool with_battery = false;
    UnixMillis ends_ms = 0;  // of the link
    // Somebody has ended it, then. It stays so when the clock is set back, as that of a machine
    // without a battery is at each start. (In the database `ends_ms` is negative.)
    bool is_revoked = false;
    std::optional<UnixMillis> looked_ms{};
    // Whether who made it may show the device now: an admin, or a member who may change it.
    bool is_backed = true;

    bool is_open(UnixMillis now) const { return is_backed && !is_revoked && now < ends_ms; }
};

inline constexpr UnixMillis kLongestShare =
    std::chrono::milliseconds(std::chrono::days(31)).count();

// Parts of a transaction that the caller holds. Throws UsageError for what a person must correct,
// and StoreError.
class ShareLinks {
  public:
    static constexpr std::int64_t kMost = 500;
    static constexpr std::int64_t kMostOfOne = 100;  // that one person has made, or the command
    // So long a link that has ended is listed, and says that it has ended; less where there are too
    // many.
    static constexpr UnixMillis kKeptAfterEnd = kLongestShare;

    explicit ShareLinks(Connection& connection) : connection_(connection) {}

    // The newest first, also those that have ended; none of a device that is being removed.
    std::vector<ShareLink> list();
    // Its number. `made_ms` is now; number, looked_ms and is_backed count for nothing. Forgets
    // links that ended long ago.
    ShareNumber add(const ShareLink& link);
    // From `now` on it is ended, whatever the clock says later; one that somebody has ended already
    // stays as it is.
    void end(ShareNumber number, UnixMillis now);
    // "name, device", for the audit log.
    std::string about(ShareNumber number);
    void note_look(ShareNumber number, UnixMillis now);

  private:
    void make_room(const ShareLink& link, std::int64_t most, const std::string& which,
                   std::string_view whose);

    Connection& connection_;
};

// Throws UsageError unless the name has 1 to 64 bytes of UTF-8 without control characters, and no
// space at either end.
void check_share_name(std::string_view name);
// Throws UsageError unless it can be made at `now`.
void check_share(const ShareLink& link, UnixMillis now);

}  // namespace waymark::tracker
