// Who is logged in where: a row for each browser, with the hash of the random token that its cookie
// has. A session ends when its person ends it, a while after it was last used, and at the latest a
// while after its beginning; what is over is deleted when another one begins.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "account.hh"
#include "store/connection.hh"
#include "token.hh"

namespace waymark::tracker {

using SessionNumber = std::int64_t;

struct Session {
    SessionNumber number = 0;
    UserNumber user = 0;
    TokenHash token{};
    UnixMillis begun_ms = 0;
    UnixMillis used_ms = 0;  // last, to the hour
    std::string address{};   // from where it was begun
    std::string agent{};     // what the browser calls itself, cut short
};

// A phone that is looked at once a month stays logged in; one that was lost is forgotten in a
// season.
inline constexpr UnixMillis kSessionIdle = std::chrono::milliseconds(std::chrono::days(31)).count();
inline constexpr UnixMillis kSessionWhole =
    std::chrono::milliseconds(std::chrono::days(180)).count();

// Until when it is good, if it is not used again.
UnixMillis end_of(const Session& session);

// Parts of a transaction that the caller holds. Throws UsageError and StoreError.
class Sessions {
  public:
    // Of one person. Where there are as many, the one that was used least lately ends.
    static constexpr std::int64_t kMostOfOne = 30;
    static constexpr std::size_t kLongestAgent = 200;  // bytes

    explicit Sessions(Connection& connection) : connection_(connection) {}

    std::vector<Session> list();
    // The number that it is given. `begun_ms` is now.
    SessionNumber begin(const Session& session);
    // Only of this user; false if there is none.
    bool end(UserNumber user, SessionNumber number);
    // All of them but one (0: all of them); how many.
    std::int64_t end_all_but(UserNumber user, SessionNumber kept);
    void note_use(SessionNumber number, UnixMillis now);

  private:
    void make_room(UserNumber user, UnixMillis now);

    Connection& connection_;
};

}  // namespace waymark::tracker
