// The accounts in the database: who may use the pages, as what, and which devices each may see. A
// password is here as what crypto_pwhash_str makes of it (libsodium, argon2id), a one-time link as
// the hash of its token: who reads the file or a backup can log in with neither.
//
// An account without a password waits for its link to be used. The last admin who can log in can be
// neither removed nor made a member: nobody could make another one.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account.hh"
#include "store/connection.hh"
#include "token.hh"

namespace waymark::tracker {

struct Account {
    UserNumber number = 0;
    std::string name;
    Role role = Role::member;
    std::string password_hash;  // "" if there is none yet
    UnixMillis created_ms = 0;
    std::optional<TokenHash> link;  // a one-time link that is open
    UnixMillis link_expires_ms = 0;
    std::vector<DeviceGrant> grants;  // by device
};

// All of these throw UsageError for what a person must correct, and StoreError. They are parts of a
// transaction that the caller holds: what is checked is still so when it is written.
class Accounts {
  public:
    // A household, a club. Reading all of them takes a millisecond.
    static constexpr std::int64_t kMost = 500;

    explicit Accounts(Connection& connection) : connection_(connection) {}

    // Whether there is one at all.
    bool are_there();
    std::int64_t count();
    // By name. Names that differ in the case of ASCII letters only are the same.
    std::vector<Account> list();
    UserNumber number_of(std::string_view name);
    std::string name_of(UserNumber number);

    // `password_hash` may be "": then it takes a link.
    UserNumber add(std::string_view name, Role role, std::string_view password_hash,
                   UnixMillis now);
    // With its sessions.
    void remove(UserNumber number);
    void set_role(UserNumber number, Role role);
    // Throws unless the password is still the one of which this was made.
    void require_password(UserNumber number, std::string_view password_hash);
    // An open link is closed by it.
    void set_password(UserNumber number, std::string_view password_hash);
    // In place of an earlier link. The password, if there is one, is good until the link is used.
    void set_link(UserNumber number, const TokenHash& link, UnixMillis expires_ms);
    // Uses the link up. Whose it was.
    UserNumber redeem(const TokenHash& link, std::string_view password_hash, UnixMillis now);
    // These and no others.
    void set_grants(UserNumber number, const std::vector<DeviceGrant>& grants);
    std::int64_t count_grants(UserNumber number);

  private:
    void require(UserNumber number);
    bool is_last_admin(UserNumber number);
    void refuse_last_admin(UserNumber number);

    Connection& connection_;
};

// Throws UsageError unless the name has 1 to 64 bytes of UTF-8 without control characters, no space
// at either end nor two in a row, and no character that turns the direction of a text, is not seen,
// or is another space (Unicode 15: Cf, Default_Ignorable_Code_Point, Zs): two names that differ in
// nothing that is seen are not two people. Letters of two scripts that look alike, and a letter
// whose accent is a character of its own, are not known as such.
void check_user_name(std::string_view name);

// As names are compared: ASCII letters small.
std::string folded_name(std::string_view name);

// Throws UsageError for a password that is too short to resist guessing, or too long; both lengths
// are NIST SP 800-63B's wish or better (3.1.1.2). `name` is whose it is.
void check_password(std::string_view password, std::string_view name);
inline constexpr std::size_t kShortestPassword = 10;  // characters
inline constexpr std::size_t kLongestPassword = 256;  // bytes

}  // namespace waymark::tracker
