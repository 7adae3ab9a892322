// `tracker user ...`: who may use the pages. A running server notices a change at once. What is
// done here is in the audit log, too.

#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include <fmt/core.h>

#include "commands/command.hh"
#include "commands/hidden_input.hh"
#include "commands/printed_address.hh"
#include "daemon/error.hh"
#include "protocols/time_text.hh"
#include "store/accounts.hh"
#include "store/audit_log.hh"
#include "store/data_folder.hh"
#include "store/demo_folder.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/reader.hh"
#include "store/sessions.hh"
#include "unix_time.hh"
#include "web_app/passwords.hh"

namespace waymark::tracker {
namespace {

using daemon::UsageError;

constexpr UnixMillis kLinkLifetimeOfCommand =
    std::chrono::milliseconds(std::chrono::days(3)).count();

struct UserOptions {
    DataChoice data;
    std::string name;
    std::string role;
    std::vector<std::string> sees;
    std::string url = kPagesHere;
    bool admin = false;
    bool link = false;
    bool json = false;
    bool yes = false;

    std::string folder() const { return data.folder(); }
};

// A change and its line in the log, in one transaction; then a running server is told.
template <typename Change>
void change_accounts(const UserOptions& options, Connection& connection, const std::string& action,
                     const std::string& about, const Change& change) {
    Transaction transaction(connection);
    Accounts accounts(connection);
    change(accounts);
    AuditLog(connection)
        .note({.time_ms = unix_now(), .who = "tracker user", .action = action, .about = about});
    transaction.commit();
    tell_server_of_devices(options.folder());
}

Connection open_accounts(const UserOptions& options) {
    return open_there_for_writing(options.data.location());
}

std::string new_password_for(const std::string& name) {
    const std::string password = ask_for_new_password(fmt::format("Password for {}", name));
    check_password(password, name);
    return password;
}

void print_link(const UserOptions& options, const std::string& token) {
    fmt::print("It opens once, within three days:\n");
    print_page_link(options.url, "welcome#" + token);
}

std::vector<DeviceGrant> grants_of(const UserOptions& options, Connection& connection) {
    std::vector<DeviceGrant> grants;
    for (const std::string& device : options.sees)
        grants.push_back({Devices(connection).number_of(device), false});
    return grants;
}

void add_one_user(const UserOptions& options) {
    const Role role = options.admin ? Role::admin : Role::member;
    check_user_name(options.name);
    refuse_demo_folder(options.data.prepared_folder());
    Connection connection = open_for_writing(options.data.location_to_make());
    // The link that 'serve' prints closes with the first account: nobody could add the next one.
    if (role != Role::admin && !Accounts(connection).are_there())
        throw UsageError("the first account must be an admin's: say --admin");
    const std::string token = options.link ? make_token() : "";
    const std::string hash = options.link ? "" : hash_password(new_password_for(options.name));
    change_accounts(options, connection, "account added",
                    fmt::format("{}, {}", options.name, to_text(role)), [&](Accounts& accounts) {
                        const UnixMillis now = unix_now();
                        const UserNumber user = accounts.add(options.name, role, hash, now);
                        accounts.set_grants(user, grants_of(options, connection));
                        if (options.link)
                            accounts.set_link(user, hash_token(token),
                                              now + kLinkLifetimeOfCommand);
                    });
    fmt::print("{} is {} now.\n", options.name, options.admin ? "an admin" : "a member");
    if (options.link) print_link(options, token);
}

void change_user_password(const UserOptions& options) {
    Connection connection = open_accounts(options);
    const UserNumber user = Accounts(connection).number_of(options.name);
    const std::string hash = hash_password(new_password_for(options.name));
    change_accounts(options, connection, "password changed", options.name, [&](Accounts& accounts) {
        accounts.set_password(user, hash);
        Sessions(connection).end_all_but(user, 0);
    });
    fmt::print("{} has a new password, and is logged out everywhere.\n", options.name);
}

void make_user_link(const UserOptions& options) {
    Connection connection = open_accounts(options);
    const std::string token = make_token();
    change_accounts(options, connection, "new link", options.name, [&](Accounts& accounts) {
        accounts.set_link(accounts.number_of(options.name), hash_token(token),
                          unix_now() + kLinkLifetimeOfCommand);
    });
    fmt::print("{} can choose a password with this link. ", options.name);
    print_link(options, token);
}

void set_user_role(const UserOptions& options) {
    const std::optional<Role> role = parse_role(options.role);
    if (!role) throw UsageError(fmt::format("{} is no role: admin or member", options.role));
    Connection connection = open_accounts(options);
    change_accounts(
        options, connection, "role changed", fmt::format("{}: {}", options.name, options.role),
        [&](Accounts& accounts) { accounts.set_role(accounts.number_of(options.name), *role); });
    fmt::print("{} is {} now.\n", options.name, *role == Role::admin ? "an admin" : "a member");
}

bool person_agrees_to_remove(const UserOptions& options) {
    if (options.yes) return true;
    if (::isatty(STDIN_FILENO) == 0) throw UsageError("nobody is there to be asked: say --yes");
    fmt::print("Remove the account of {}? [y/N] ", options.name);
    std::fflush(stdout);
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

void remove_user(const UserOptions& options) {
    Connection connection = open_accounts(options);
    const UserNumber user = Accounts(connection).number_of(options.name);
    if (!person_agrees_to_remove(options)) {
        fmt::print("Nothing was removed.\n");
        return;
    }
    change_accounts(options, connection, "account removed", options.name,
                    [&](Accounts& accounts) { accounts.remove(user); });
    fmt::print("{} has no account any more.\n", options.name);
}

void list_users(const UserOptions& options) {
    Reader reader(options.data.location());
    const std::vector<Account> accounts = reader.accounts();
    if (options.json) {
        nlohmann::ordered_json array = nlohmann::ordered_json::array();
        for (const Account& account : accounts)
            array.push_back({{"number", account.number},
                             {"name", account.name},
                             {"role", to_text(account.role)},
                             {"has_password", !account.password_hash.empty()},
                             {"created", format_time(account.created_ms)}});
        fmt::print("{}\n", array.dump());
        return;
    }
    if (accounts.empty())
        fmt::print("Nobody has an account yet: 'tracker user add NAME --admin' makes one.\n");
    for (const Account& account : accounts)
        fmt::print("{:<24} {:<8} {}\n", account.name, to_text(account.role),
                   account.password_hash.empty() ? "waits for the link to be opened" : "");
}

using SharedUserOptions = std::shared_ptr<UserOptions>;

CLI::App& add_user_command(CLI::App& group, const SharedUserOptions& options,
                           const std::string& name, const std::string& help,
                           void (*run)(const UserOptions&)) {
    CLI::App& command = *group.add_subcommand(name, help);
    add_data_options(command, options->data);
    command.callback([options, run] { run(*options); });
    return command;
}

CLI::App& with_user_name(CLI::App& command, const SharedUserOptions& options) {
    command.add_option("NAME", options->name, "Whose account it is")->required();
    return command;
}

}  // namespace

void add_user(CLI::App& app) {
    CLI::App& group = *app.add_subcommand("user", "Who may use the pages: add, list, remove");
    group.require_subcommand(1);
    const auto options = std::make_shared<UserOptions>();
    const auto add = [&](const char* name, const char* help,
                         void (*run)(const UserOptions&)) -> CLI::App& {
        return with_user_name(add_user_command(group, options, name, help, run), options);
    };

    CLI::App& added = add("add", "Add an account; asks for its password", add_one_user);
    added.add_flag("--admin", options->admin, "Sees and changes everything");
    added.add_option("--sees", options->sees, "A device that a member sees; may be repeated")
        ->allow_extra_args(false);
    added.add_flag("--link", options->link, "Print a link to choose a password with, ask for none");
    add_page_url(added, options->url);

    add("passwd", "Set a new password, end all sessions", change_user_password);
    add_page_url(add("link", "Print a one-time link, for who is locked out", make_user_link),
                 options->url);
    add("role", "Make somebody an admin or a member", set_user_role)
        .add_option("ROLE", options->role, "admin or member")
        ->required();
    add("remove", "Remove an account", remove_user).add_flag("--yes", options->yes, "Do not ask");
    add_user_command(group, options, "list", "List all accounts", list_users)
        .add_flag("--json", options->json, "As JSON");
}

}  // namespace waymark::tracker
