#include "web_app/user_api.hh"

#include <fmt/format.h>

#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocols/extras.hh"
#include "unix_time.hh"
#include "web_app/account_api.hh"
#include "web_app/answers.hh"
#include "web_app/change_answers.hh"
#include "web_app/log_in.hh"
#include "web_app/query.hh"

namespace waymark::tracker {

using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr std::size_t kLongestUserRequest = 64 * 1024;  // a list of all devices
constexpr int kEntriesOfAPage = 100;
constexpr UnixMillis kLinkLifetime = std::chrono::milliseconds(std::chrono::days(3)).count();
constexpr std::int64_t kLastAccount = std::numeric_limits<UserNumber>::max();

std::int64_t read_user(ChangeArguments& arguments) {
    return arguments.number("user", 1, kLastAccount);
}

std::string written_grants(const Account& account, bool only_changed) {
    std::string list;
    for (const DeviceGrant& grant : account.grants)
        if (grant.may_change || !only_changed)
            list += fmt::format("{}{}", list.empty() ? "" : ",", grant.device);
    return list;
}

std::string written_user(const Account& account, const AccountBook& book, UnixMillis now) {
    const std::vector<Session> sessions = book.sessions_of(account.number, now);
    std::string text = fmt::format(R"({{"number":{},"name":)", account.number);
    append_json_string(text, account.name);
    const bool has_link = account.link && account.link_expires_ms > now;
    return text + fmt::format(R"(,"role":"{}","has_password":{},"link_until":{},"used":{},)"
                              R"("see":[{}],"change":[{}]}})",
                              to_text(account.role), !account.password_hash.empty(),
                              has_link ? std::to_string(account.link_expires_ms) : "null",
                              sessions.empty() ? "null" : std::to_string(sessions[0].used_ms),
                              written_grants(account, false), written_grants(account, true));
}

std::string written_devices(Reader& reader) {
    std::string list;
    for (const Device& device : reader.devices()) {
        list += fmt::format(R"({}{{"number":{},"name":)", list.empty() ? "" : ",", device.number);
        append_json_string(list, device.name);
        list += '}';
    }
    return list;
}

std::string written_audit(Reader& reader, std::int64_t below) {
    const std::vector<AuditEntry> entries = reader.audit(kEntriesOfAPage, below);
    std::string list;
    for (const AuditEntry& entry : entries) {
        list += fmt::format(R"({}{{"number":{},"time":{},"refusal":{})", list.empty() ? "" : ",",
                            entry.number, entry.time_ms, entry.is_refusal);
        for (const auto& [name, text] :
             {std::pair<std::string_view, std::string_view>{"who", entry.who},
              {"address", host_of(entry.address)},
              {"action", entry.action},
              {"about", entry.about}}) {
            list += fmt::format(",\"{}\":", name);
            append_json_string(list, text);
        }
        list += '}';
    }
    const bool is_full = entries.size() == static_cast<std::size_t>(kEntriesOfAPage);
    return fmt::format(R"({{"entries":[{}],"below":{}}})", list,
                       is_full ? std::to_string(entries.back().number) : "null");
}

}  // namespace

void UserApi::pass_on(Routes& routes, std::string_view pattern, std::string_view change) {
    routes.admin_post(
        pattern, kLongestUserRequest, [this, change](Exchange& exchange, Viewer viewer) {
            return Completion(answer_account_change(exchange, parts_.keeper, parts_.changes,
                                                    std::move(viewer), std::string(change),
                                                    std::string(exchange.request.body)));
        });
}

UserApi::Invited UserApi::read_invited(ChangeArguments& arguments) {
    return {arguments.text("name"), arguments.text("role")};
}

void UserApi::add_routes(Routes& routes) {
    routes.admin_get("/api/users", [this](Exchange& exchange, Viewer viewer) {
        return Completion(list(exchange, std::move(viewer)));
    });
    routes.admin_post("/api/users/add", kLongestUserRequest,
                      [this](Exchange& exchange, Viewer viewer) {
                          return Completion(add(exchange, std::move(viewer)));
                      });
    routes.admin_post("/api/users/link", kLongestUserRequest,
                      [this](Exchange& exchange, Viewer viewer) {
                          return Completion(link(exchange, std::move(viewer)));
                      });
    pass_on(routes, "/api/users/role", "account.role");
    pass_on(routes, "/api/users/grants", "account.grants");
    pass_on(routes, "/api/users/remove", "account.remove");
    routes.admin_get("/api/audit", [this](Exchange& exchange, Viewer viewer) {
        return Completion(audit(exchange, std::move(viewer)));
    });
}

net::Task<> UserApi::list(Exchange& exchange, Viewer viewer) {
    if (refuse_without_account(exchange, viewer)) co_return;
    std::function<std::string(Reader&)> work = written_devices;
    const std::optional<std::string> devices = co_await parts_.reads.ask(exchange, std::move(work));
    if (!devices) co_return;
    const AccountBook& book = parts_.keeper.book();
    const UnixMillis now = unix_now();
    std::string users;
    for (const Account& account : book.accounts())
        users += (users.empty() ? "" : ",") + written_user(account, book, now);
    answer_json(exchange, 200, fmt::format(R"({{"users":[{}],"devices":[{}]}})", users, *devices));
}

net::Task<> UserApi::add(Exchange& exchange, Viewer viewer) {
    const std::optional<Invited> given = read_or_refuse(exchange, read_invited);
    if (!given) co_return;
    std::string token = make_token();
    std::string arguments =
        json_of({{"name", given->name}, {"role", given->role}, {"link", to_hex(hash_token(token))}},
                "expires", unix_now() + kLinkLifetime);
    co_await answer_with_link(exchange, std::move(viewer), "account.invite", std::move(arguments),
                              std::move(token));
}

net::Task<> UserApi::link(Exchange& exchange, Viewer viewer) {
    const std::optional<std::int64_t> user = read_or_refuse(exchange, read_user);
    if (!user) co_return;
    std::string token = make_token();
    std::string arguments = fmt::format(R"({{"user":{},"link":"{}","expires":{}}})", *user,
                                        to_hex(hash_token(token)), unix_now() + kLinkLifetime);
    co_await answer_with_link(exchange, std::move(viewer), "account.link", std::move(arguments),
                              std::move(token));
}

net::Task<> UserApi::answer_with_link(Exchange& exchange, Viewer viewer, std::string name,
                                      std::string arguments, std::string token) {
    co_await answer_account_change(exchange, parts_.keeper, parts_.changes, std::move(viewer),
                                   std::move(name), std::move(arguments));
    if (exchange.answer.status() != 200) co_return;
    exchange.answer.take_back();
    answer_json(exchange, 200, json_of({{"link", std::move(token)}}));
}

net::Task<> UserApi::audit(Exchange& exchange, Viewer viewer) {
    if (refuse_without_account(exchange, viewer)) co_return;
    Query query(exchange.request.query);
    const std::int64_t below =
        query.number_or("below", 1, std::numeric_limits<std::int64_t>::max(), 0);
    if (!query.problem().empty()) {
        answer_error(exchange, 400, query.problem());
        co_return;
    }
    std::function<std::string(Reader&)> work = [below](Reader& reader) {
        return written_audit(reader, below);
    };
    const std::optional<std::string> body = co_await parts_.reads.ask(exchange, std::move(work));
    if (body) answer_json(exchange, 200, *body);
}

}  // namespace waymark::tracker
