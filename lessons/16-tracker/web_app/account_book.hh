// Who may use the web app, in its memory: read from the database when the store says that something
// has changed, so that no request waits for a disk. A session that has ended is gone with the next
// reading, which comes before the answer to whoever ended it.
//
// No socket, no clock, no thread.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "net/address.hh"
#include "store/accounts.hh"
#include "store/sessions.hh"
#include "store/share_links.hh"
#include "token.hh"
#include "web_app/viewer.hh"

namespace waymark::tracker {

// All that the database has about it; the links are for the share book.
struct AccountsRead {
    std::vector<Account> accounts;
    std::vector<Session> sessions;
    std::vector<ShareLink> shares = {};
};

class AccountBook {
  public:
    // Takes the place of what was known. Uses that were noted here are kept.
    void learn(AccountsRead read);
    // Before the first reading nobody is let in.
    bool is_known() const { return is_known_; }
    bool has_accounts() const { return !accounts_.empty(); }

    // Whose session it is; nothing if there is none, or it is over. Notes that it was used.
    std::optional<Viewer> find(std::string_view token, UnixMillis now);
    // The same by its number, without a use: whether somebody who was let in still is.
    std::optional<Viewer> find_session(SessionNumber number, UnixMillis now) const;

    // By folded_name(), by number, by an open link. Null if there is none; valid until learn().
    const Account* by_name(std::string_view name) const;
    const Account* by_number(UserNumber number) const;
    const Account* by_link(const TokenHash& link, UnixMillis now) const;
    const std::vector<Account>& accounts() const { return accounts_; }
    // Those that are not over, the one used last first.
    std::vector<Session> sessions_of(UserNumber user, UnixMillis now) const;
    // Whether one of them was begun there.
    bool is_known_from(UserNumber user, const net::NetworkKey& network, UnixMillis now) const;

    // The sessions whose use the database should hear of: at most one each hour and session. They
    // count as told.
    std::vector<SessionNumber> take_uses();
    static constexpr UnixMillis kUseInterval = 3'600'000;

  private:
    struct Known {
        Session session;
        UnixMillis told_ms = 0;  // what the database knows of used_ms
    };

    std::optional<Viewer> viewer_of(const Session& session) const;

    bool is_known_ = false;
    std::vector<Account> accounts_;
    std::unordered_map<UserNumber, std::size_t> by_number_;
    std::unordered_map<std::string, std::size_t> by_name_;
    std::unordered_map<UserNumber, std::shared_ptr<const std::vector<DeviceGrant>>> grants_;
    std::unordered_map<TokenHash, Known, TokenHashHasher> sessions_;
    std::unordered_map<SessionNumber, TokenHash> by_session_;
};

// The network of an address as a session keeps it ("192.0.2.1:5"); nothing for another text.
std::optional<net::NetworkKey> network_in(std::string_view address);

}  // namespace waymark::tracker
