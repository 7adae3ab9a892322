#include "services/account_changes.hh"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>
#include <vector>

#include "daemon/error.hh"
#include "services/change_arguments.hh"
#include "store/accounts.hh"
#include "store/audit_log.hh"
#include "store/sessions.hh"

namespace waymark::tracker {

namespace {

using daemon::UsageError;

constexpr std::int64_t kLastUser = std::numeric_limits<UserNumber>::max();

// What every change here needs.
struct AccountChange {
    AccountChange(Connection& connection, const ChangeRequest& its_request, UnixMillis its_now)
        : request(its_request),
          arguments(its_request.arguments),
          now(its_now),
          accounts(connection),
          sessions(connection),
          log(connection) {}

    UserNumber user() { return static_cast<UserNumber>(arguments.number("user", 1, kLastUser)); }
    TokenHash hash(std::string_view name) {
        const std::optional<TokenHash> hash = token_hash_from_hex(arguments.text(name));
        if (!hash) throw UsageError(fmt::format("'{}' is no hash", name));
        return *hash;
    }
    SessionNumber begin_session(UserNumber of_user) {
        return sessions.begin({.user = of_user,
                               .token = hash("session"),
                               .begun_ms = now,
                               .address = request.from,
                               .agent = arguments.text("agent")});
    }
    void note(std::string action, std::string about = "", std::string who = "") {
        log.note({.time_ms = now,
                  .who = who.empty() ? request.by_name : std::move(who),
                  .address = request.from,
                  .action = std::move(action),
                  .about = std::move(about)});
    }

    const ChangeRequest& request;
    ChangeArguments arguments;
    UnixMillis now;
    Accounts accounts;
    Sessions sessions;
    AuditLog log;
};

ChangeResult accounts_changed(std::string body = "{}") {
    ChangeResult result;
    result.body = std::move(body);
    result.accounts = true;
    return result;
}

std::string entered(UserNumber user, SessionNumber session) {
    return fmt::format(R"({{"user":{},"session":{}}})", user, session);
}

ChangeResult first(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    AccountChange change(connection, request, now);
    const std::string name = change.arguments.text("name");
    const std::string password = change.arguments.text("password_hash");
    if (change.accounts.are_there())
        throw UsageError("the first account has been made already: log in, or ask for a link");
    const UserNumber user = change.accounts.add(name, Role::admin, password, now);
    const SessionNumber session = change.begin_session(user);
    change.arguments.end();
    change.note("first account", name, name);
    return accounts_changed(entered(user, session));
}

ChangeResult redeem(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    AccountChange change(connection, request, now);
    const TokenHash link = change.hash("link");
    const std::string password = change.arguments.text("password_hash");
    const UserNumber user = change.accounts.redeem(link, password, now);
    change.sessions.end_all_but(user, 0);
    const SessionNumber session = change.begin_session(user);
    change.arguments.end();
    const std::string name = change.accounts.name_of(user);
    change.note("link used", name, name);
    return accounts_changed(entered(user, session));
}

ChangeResult own_password(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    AccountChange change(connection, request, now);
    const std::string password = change.arguments.text("password_hash");
    const SessionNumber kept = change.arguments.number("kept", 0, ChangeArguments::kLastRow);
    change.accounts.require_password(request.by, change.arguments.text("was"));
    change.arguments.end();
    change.accounts.set_password(request.by, password);
    const std::int64_t ended = change.sessions.end_all_but(request.by, kept);
    change.note("password changed", fmt::format("other sessions ended: {}", ended));
    return accounts_changed(fmt::format(R"({{"ended":{}}})", ended));
}

Role role_in(ChangeArguments& arguments) {
    const std::optional<Role> role = parse_role(arguments.text("role"));
    if (!role) throw UsageError("'role' is admin or member");
    return *role;
}

ChangeResult invite(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    AccountChange change(connection, request, now);
    const std::string name = change.arguments.text("name");
    const Role role = role_in(change.arguments);
    const TokenHash link = change.hash("link");
    const UnixMillis expires = change.arguments.number("expires", 0, ChangeArguments::kLastRow);
    change.arguments.end();
    const UserNumber user = change.accounts.add(name, role, "", now);
    change.accounts.set_link(user, link, expires);
    change.note("account added", fmt::format("{}, {}", name, to_text(role)));
    return accounts_changed(fmt::format(R"({{"user":{}}})", user));
}

ChangeResult new_link(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    AccountChange change(connection, request, now);
    const UserNumber user = change.user();
    const TokenHash link = change.hash("link");
    const UnixMillis expires = change.arguments.number("expires", 0, ChangeArguments::kLastRow);
    change.arguments.end();
    change.accounts.set_link(user, link, expires);
    change.note("new link", change.accounts.name_of(user));
    return accounts_changed();
}

ChangeResult set_role(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    AccountChange change(connection, request, now);
    const UserNumber user = change.user();
    const Role role = role_in(change.arguments);
    change.arguments.end();
    change.accounts.set_role(user, role);
    change.note("role changed",
                fmt::format("{}: {}", change.accounts.name_of(user), to_text(role)));
    return accounts_changed();
}

std::vector<DeviceNumber> devices_in(ChangeArguments& arguments, std::string_view name) {
    std::vector<DeviceNumber> devices;
    for (const std::string& text : arguments.texts(name)) {
        DeviceNumber device = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), device);
        if (error != std::errc() || end != text.data() + text.size() || device == 0)
            throw UsageError(fmt::format("'{}' is a list of numbers of devices", name));
        devices.push_back(device);
    }
    return devices;
}

// Who may change a device may see it.
ChangeResult set_grants(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    AccountChange change(connection, request, now);
    const UserNumber user = change.user();
    std::vector<DeviceGrant> grants;
    for (const DeviceNumber device : devices_in(change.arguments, "see"))
        grants.push_back({device, false});
    for (const DeviceNumber device : devices_in(change.arguments, "change"))
        grants.push_back({device, true});
    change.arguments.end();
    change.accounts.set_grants(user, grants);
    change.note("may see", fmt::format("{}: devices: {}", change.accounts.name_of(user),
                                       change.accounts.count_grants(user)));
    return accounts_changed();
}

ChangeResult remove_account(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    AccountChange change(connection, request, now);
    const UserNumber user = change.user();
    change.arguments.end();
    const std::string name = change.accounts.name_of(user);
    change.accounts.remove(user);
    change.note("account removed", name);
    return accounts_changed();
}

ChangeResult begin_session(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    AccountChange change(connection, request, now);
    const SessionNumber old = change.arguments.number("instead_of", 0, ChangeArguments::kLastRow);
    change.accounts.require_password(request.by, change.arguments.text("was"));
    const SessionNumber session = change.begin_session(request.by);
    change.arguments.end();
    change.sessions.end(request.by, old);
    change.note("log-in");
    return accounts_changed(fmt::format(R"({{"session":{}}})", session));
}

ChangeResult end_session(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    AccountChange change(connection, request, now);
    const SessionNumber number = change.arguments.number("number", 1, ChangeArguments::kLastRow);
    change.arguments.end();
    if (!change.sessions.end(request.by, number))
        throw UsageError("this session has ended already");
    change.note("log-out");
    return accounts_changed();
}

ChangeResult end_rest(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    AccountChange change(connection, request, now);
    const SessionNumber kept = change.arguments.number("kept", 0, ChangeArguments::kLastRow);
    change.arguments.end();
    const std::int64_t ended = change.sessions.end_all_but(request.by, kept);
    change.note("log-out everywhere else", fmt::format("sessions ended: {}", ended));
    return accounts_changed(fmt::format(R"({{"ended":{}}})", ended));
}

// Nobody need read the accounts anew for it.
ChangeResult note_use(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    AccountChange change(connection, request, now);
    change.sessions.note_use(change.arguments.number("number", 1, ChangeArguments::kLastRow), now);
    change.arguments.end();
    return {};
}

ChangeResult note_refusal(Connection& connection, const ChangeRequest& request, UnixMillis now) {
    AccountChange change(connection, request, now);
    AuditEntry entry{.time_ms = now,
                     .who = change.arguments.text("who"),
                     .address = request.from,
                     .action = change.arguments.text("action"),
                     .about = change.arguments.text("about"),
                     .is_refusal = true};
    change.arguments.end();
    change.log.note(entry);
    return {};
}

constexpr NamedChange kAccountChanges[] = {
    {"account.first", first},           {"account.redeem", redeem},
    {"account.password", own_password}, {"account.invite", invite},
    {"account.link", new_link},         {"account.role", set_role},
    {"account.grants", set_grants},     {"account.remove", remove_account},
    {"session.begin", begin_session},   {"session.end", end_session},
    {"session.end_rest", end_rest},     {"session.used", note_use},
    {"audit.refusal", note_refusal}};

}  // namespace

std::span<const NamedChange> account_changes() {
    return kAccountChanges;
}

}  // namespace waymark::tracker
