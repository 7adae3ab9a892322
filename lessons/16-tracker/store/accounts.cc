#include "store/accounts.hh"

#include <fmt/core.h>

#include <cstring>
#include <map>
#include <utility>

#include "daemon/error.hh"
#include "store/change_lock.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

std::string_view bytes_of(const TokenHash& hash) {
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::optional<TokenHash> link_of(std::string_view bytes) {
    TokenHash hash{};
    if (bytes.size() != hash.size()) return std::nullopt;
    std::memcpy(hash.data(), bytes.data(), bytes.size());
    return hash;
}

}  // namespace

bool Accounts::are_there() {
    return connection_.number("SELECT EXISTS (SELECT 1 FROM account)") != 0;
}

std::int64_t Accounts::count() {
    return connection_.number("SELECT count(*) FROM account");
}

std::vector<Account> Accounts::list() {
    std::map<UserNumber, std::vector<DeviceGrant>> grants;
    Statement seen(connection_,
                   "SELECT account, device, may_change FROM device_grant ORDER BY device");
    while (seen.step())
        grants[static_cast<UserNumber>(seen.integer(0))].push_back(
            {static_cast<DeviceNumber>(seen.integer(1)), seen.integer(2) != 0});
    std::vector<Account> accounts;
    Statement rows(connection_,
                   "SELECT number, name, role, password_hash, created_ms, link_hash, "
                   "link_expires_ms FROM account ORDER BY lower(name)");
    while (rows.step()) {
        Account& account = accounts.emplace_back();
        account.number = static_cast<UserNumber>(rows.integer(0));
        account.name = rows.text(1);
        account.role = static_cast<Role>(rows.integer(2));
        account.password_hash = rows.text(3);
        account.created_ms = rows.integer(4);
        account.link = link_of(rows.text(5));
        account.link_expires_ms = rows.integer(6);
        account.grants = std::move(grants[account.number]);
    }
    return accounts;
}

UserNumber Accounts::number_of(std::string_view name) {
    const std::string folded = folded_name(name);
    Statement statement(connection_, "SELECT number FROM account WHERE lower(name) = ?1");
    statement.bind_text(1, folded);
    if (!statement.step())
        throw UsageError(
            fmt::format("nobody here is called {}: 'tracker user list' shows all", name));
    return static_cast<UserNumber>(statement.integer(0));
}

std::string Accounts::name_of(UserNumber number) {
    Statement statement(connection_, "SELECT name FROM account WHERE number = ?1");
    statement.bind(1, number);
    if (!statement.step()) throw UsageError("there is no such account any more");
    return std::string(statement.text(0));
}

void Accounts::require(UserNumber number) {
    (void)name_of(number);
}

UserNumber Accounts::add(std::string_view name, Role role, std::string_view password_hash,
                         UnixMillis now) {
    check_user_name(name);
    one_change_at_a_time(connection_);
    const std::string folded = folded_name(name);
    Statement taken(connection_, "SELECT name FROM account WHERE lower(name) = ?1");
    taken.bind_text(1, folded);
    if (taken.step())
        throw UsageError(
            fmt::format("there is somebody called {} already: choose another name", taken.text(0)));
    if (count() >= kMost)
        throw UsageError(fmt::format("there are {} accounts, and no more are taken", kMost));
    Statement insert(connection_,
                     "INSERT INTO account (number, name, role, password_hash, created_ms) "
                     "VALUES (?1, ?2, ?3, nullif(?4, ''), ?5)");
    insert.bind_if(1, connection_.new_small_number("account"));
    insert.bind_text(2, name);
    insert.bind(3, static_cast<std::int64_t>(role));
    insert.bind_text(4, password_hash);
    insert.bind(5, now);
    insert.run();
    return static_cast<UserNumber>(connection_.last_row());
}

bool Accounts::is_last_admin(UserNumber number) {
    Statement admins(connection_,
                     "SELECT number FROM account WHERE role = ?1 AND password_hash IS NOT NULL");
    admins.bind(1, static_cast<std::int64_t>(Role::admin));
    return admins.step() && admins.integer(0) == number && !admins.step();
}

void Accounts::refuse_last_admin(UserNumber number) {
    if (is_last_admin(number))
        throw UsageError(
            fmt::format("{} is the last admin who can log in: make somebody else an admin first",
                        name_of(number)));
}

void Accounts::remove(UserNumber number) {
    one_change_at_a_time(connection_);
    require(number);
    refuse_last_admin(number);
    Statement remove(connection_, "DELETE FROM account WHERE number = ?1");
    remove.bind(1, number);
    remove.run();
}

void Accounts::set_role(UserNumber number, Role role) {
    one_change_at_a_time(connection_);
    require(number);
    if (role != Role::admin) refuse_last_admin(number);
    Statement update(connection_, "UPDATE account SET role = ?2 WHERE number = ?1");
    update.bind(1, number);
    update.bind(2, static_cast<std::int64_t>(role));
    update.run();
}

void Accounts::require_password(UserNumber number, std::string_view password_hash) {
    require(number);
    Statement same(connection_, "SELECT 1 FROM account WHERE number = ?1 AND password_hash = ?2");
    same.bind(1, number);
    same.bind_text(2, password_hash);
    if (!same.step()) throw UsageError("the password was changed a moment ago: use the new one");
}

void Accounts::set_password(UserNumber number, std::string_view password_hash) {
    one_change_at_a_time(connection_);
    require(number);
    Statement update(connection_,
                     "UPDATE account SET password_hash = ?2, link_hash = NULL, "
                     "link_expires_ms = NULL WHERE number = ?1");
    update.bind(1, number);
    update.bind_text(2, password_hash);
    update.run();
}

void Accounts::set_link(UserNumber number, const TokenHash& link, UnixMillis expires_ms) {
    one_change_at_a_time(connection_);
    require(number);
    Statement update(connection_,
                     "UPDATE account SET link_hash = ?2, link_expires_ms = ?3 WHERE number = ?1");
    update.bind(1, number);
    update.bind_bytes(2, bytes_of(link));
    update.bind(3, expires_ms);
    update.run();
}

UserNumber Accounts::redeem(const TokenHash& link, std::string_view password_hash, UnixMillis now) {
    one_change_at_a_time(connection_);
    Statement whose(connection_,
                    "SELECT number FROM account WHERE link_hash = ?1 AND link_expires_ms > ?2");
    whose.bind_bytes(1, bytes_of(link));
    whose.bind(2, now);
    if (!whose.step())
        throw UsageError("this link has been used, or is too old: ask an admin for a new one");
    const auto number = static_cast<UserNumber>(whose.integer(0));
    whose.reset();
    set_password(number, password_hash);
    return number;
}

void Accounts::set_grants(UserNumber number, const std::vector<DeviceGrant>& grants) {
    one_change_at_a_time(connection_);
    require(number);
    Statement clear(connection_, "DELETE FROM device_grant WHERE account = ?1");
    clear.bind(1, number);
    clear.run();
    Statement insert(connection_,
                     "INSERT INTO device_grant (account, device, may_change) SELECT ?1, number, "
                     "?3 FROM device WHERE number = ?2 ON CONFLICT (account, device) DO UPDATE SET "
                     "may_change = excluded.may_change");
    for (const DeviceGrant& grant : grants) {
        insert.bind(1, number);
        insert.bind(2, grant.device);
        insert.bind(3, grant.may_change ? 1 : 0);
        insert.run();
        if (connection_.changed_rows() == 0) throw UsageError("there is no such device any more");
    }
}

std::int64_t Accounts::count_grants(UserNumber number) {
    Statement count(connection_, "SELECT count(*) FROM device_grant WHERE account = ?1");
    count.bind(1, number);
    return count.step() ? count.integer(0) : 0;
}

}  // namespace waymark::tracker
