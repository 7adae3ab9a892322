#include "web_app/log_in.hh"

#include <fmt/format.h>

#include <utility>

#include "daemon/error.hh"
#include "protocols/extras.hh"
#include "services/change_arguments.hh"
#include "unix_time.hh"
#include "web_app/answers.hh"
#include "web_app/change_answers.hh"
#include "web_app/session_cookie.hh"

namespace waymark::tracker {

using daemon::Deadline;
using daemon::UsageError;
using net::http::answered;
using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr std::size_t kLongestLogIn = 4096;
constexpr std::chrono::seconds kPatienceWithReading{5};
constexpr std::string_view kWrong = "This name and this password do not go together.";
constexpr std::string_view kNoLink =
    "This link has been used, or is too old. Ask an admin for a new one; on the server itself "
    "'tracker user link NAME' prints one.";
constexpr std::string_view kFirstLinkIsTooOld =
    "This link was good for a day. On the server 'tracker user add NAME --admin --link' prints "
    "another one.";

TokenHash read_link(ChangeArguments& arguments) {
    return hash_token(arguments.text("link"));
}

std::string problem_with(std::string_view name, std::string_view password) {
    try {
        check_user_name(name);
    } catch (const UsageError& error) {
        return error.what();
    }
    return problem_with_password(password, name);
}

}  // namespace

std::string agent_of(const net::http::Request& request) {
    const std::string_view agent =
        request.field("User-Agent").value_or("").substr(0, Sessions::kLongestAgent);
    return is_utf8(agent) ? std::string(agent) : std::string();
}

LogIn::Credentials LogIn::read_credentials(ChangeArguments& arguments) {
    return {arguments.text("name"), arguments.text("password")};
}

LogIn::Redeeming LogIn::read_redeeming(ChangeArguments& arguments) {
    Redeeming read{read_link(arguments), "", arguments.text("password")};
    if (arguments.has("name")) read.name = arguments.text("name");
    return read;
}

void LogIn::add_routes(Routes& routes) {
    routes.open_post("/api/log-in", kLongestLogIn,
                     [this](Exchange& exchange) { return Completion(log_in(exchange)); });
    routes.post("/api/log-out", 0, [this](Exchange& exchange, Viewer viewer) {
        return Completion(log_out(exchange, std::move(viewer)));
    });
    routes.open_post("/api/welcome/look", kLongestLogIn,
                     [this](Exchange& exchange) { return Completion(look(exchange)); });
    routes.open_post("/api/welcome", kLongestLogIn,
                     [this](Exchange& exchange) { return Completion(welcome(exchange)); });
    routes.get("/api/session", [this](Exchange& exchange, const Viewer& viewer) {
        return session(exchange, viewer);
    });
}

bool LogIn::is_https(const Exchange& exchange) const {
    return parts_.guard.origin_of(exchange).is_https;
}

std::optional<Viewer> LogIn::who_asks(const Exchange& exchange) {
    if (parts_.is_demo) return Viewer{.name = "demo", .role = Role::admin, .grants = {}};
    return parts_.keeper.book().find(session_token(exchange.request, is_https(exchange)),
                                     unix_now());
}

// The same answer, after the same work, for a name that is nobody's.
net::Task<> LogIn::log_in(Exchange& exchange) {
    const std::optional<Credentials> given = read_or_refuse(exchange, read_credentials);
    if (!given) co_return;
    co_await catch_up();
    const AccountBook& book = parts_.keeper.book();
    const Account* const account = book.by_name(given->name);
    const UserNumber user = account == nullptr ? 0 : account->number;
    const std::string hash = account == nullptr ? "" : account->password_hash;
    const std::string name = account == nullptr ? given->name : account->name;
    const net::NetworkKey network = parts_.guard.origin_of(exchange).client.network_key();
    const bool is_known = book.is_known_from(user, network, unix_now());
    const std::string counted = folded_name(given->name);
    const LogInLimit::Verdict verdict =
        parts_.limit.take(network, counted, is_known, exchange.loop().now());
    if (!verdict.is_allowed) {
        if (verdict.is_news) co_await refuse(exchange, 0, given->name, "too many attempts");
        answer_too_many_attempts(exchange, verdict.wait, kOrByLink);
        co_return;
    }
    const std::optional<bool> is_right = co_await parts_.passwords.is(hash, given->password);
    if (!is_right) {
        parts_.limit.give_back(network, counted, is_known);
        answer_too_busy(exchange);
        co_return;
    }
    if (!*is_right) {
        co_await refuse(exchange, 401, given->name, "wrong name or password");
        co_return;
    }
    parts_.limit.give_back(network, counted, is_known);
    const std::optional<Viewer> before = who_asks(exchange);
    std::string token = make_token();
    const bool was_theirs = before && before->user == user;
    std::string arguments = json_of({{"session", to_hex(hash_token(token))},
                                     {"agent", agent_of(exchange.request)},
                                     {"was", hash}},
                                    "instead_of", was_theirs ? before->session : 0);
    Viewer viewer{.user = user, .name = name, .role = Role::member, .grants = {}};
    ChangeDone done = co_await parts_.changes.ask(exchange, std::move(viewer), "session.begin",
                                                  std::move(arguments));
    co_await let_in(exchange, std::move(done), std::move(token), name);
}

// Answers, unless the status is 0, after the audit log has it: that takes the same time for all.
net::Task<> LogIn::refuse(Exchange& exchange, int status, std::string who, std::string why) {
    const Viewer nobody;
    std::string arguments =
        json_of({{"who", std::move(who)}, {"action", "log-in refused"}, {"about", std::move(why)}});
    const ChangeDone noted =
        co_await parts_.changes.ask(exchange, nobody, "audit.refusal", std::move(arguments));
    (void)noted;  // a store that does not answer makes no stranger wiser
    if (status != 0) answer_error(exchange, status, kWrong);
}

net::Task<> LogIn::let_in(Exchange& exchange, ChangeDone done, std::string token,
                          std::string name) {
    if (done.status != 200) {
        answer_json(exchange, done.status, done.body);
        co_return;
    }
    const Deadline deadline = Deadline::after(kPatienceWithReading);
    const bool is_current = co_await parts_.keeper.is_current(deadline);
    if (!is_current) {
        answer_later(exchange, "The database cannot be read now. Try again.",
                     std::chrono::seconds(5));
        co_return;
    }
    begin_data(exchange, 200);
    exchange.answer.field("Set-Cookie", session_cookie(token, is_https(exchange)));
    exchange.answer.end("application/json", json_of({{"name", std::move(name)}}));
}

net::Task<> LogIn::log_out(Exchange& exchange, Viewer viewer) {
    std::string arguments = json_of({}, "number", viewer.session);
    if (viewer.session != 0) {
        const ChangeDone done = co_await parts_.changes.ask(exchange, std::move(viewer),
                                                            "session.end", std::move(arguments));
        // 400: somebody else has ended it.
        if (done.status != 200 && done.status != 400) {
            answer_json(exchange, done.status, done.body);
            co_return;
        }
        const Deadline deadline = Deadline::after(kPatienceWithReading);
        const bool is_current = co_await parts_.keeper.is_current(deadline);
        (void)is_current;
    }
    begin_data(exchange, 200);
    exchange.answer.field("Set-Cookie", ended_session_cookie(is_https(exchange)));
    exchange.answer.end("application/json", "{}");
}

bool LogIn::is_first_link(const TokenHash& link, UnixMillis now) const {
    return !parts_.is_demo && !parts_.keeper.book().has_accounts() && parts_.first.opens(link, now);
}

// Only who has the link hears that nobody has an account yet.
std::string_view LogIn::words_without_link(const TokenHash& link) const {
    const bool is_first = !parts_.first.token.empty() && hash_token(parts_.first.token) == link;
    return is_first && !parts_.keeper.book().has_accounts() ? kFirstLinkIsTooOld : kNoLink;
}

// A command may have added somebody, or made a link, a moment ago.
net::Task<> LogIn::catch_up() {
    const Deadline deadline = Deadline::after(kPatienceWithReading);
    const bool is_current = co_await parts_.keeper.is_current(deadline);
    (void)is_current;  // if not, what was read before holds
}

net::Task<> LogIn::look(Exchange& exchange) {
    const std::optional<TokenHash> link = read_or_refuse(exchange, read_link);
    if (!link) co_return;
    co_await catch_up();
    const UnixMillis now = unix_now();
    const Account* const account = parts_.keeper.book().by_link(*link, now);
    if (account != nullptr)
        answer_json(exchange, 200, json_of({{"kind", "account"}, {"name", account->name}}));
    else if (is_first_link(*link, now))
        answer_json(exchange, 200, R"({"kind":"first"})");
    else
        answer_error(exchange, 404, words_without_link(*link));
}

// Only who has a link makes us hash.
net::Task<> LogIn::welcome(Exchange& exchange) {
    const std::optional<Redeeming> given = read_or_refuse(exchange, read_redeeming);
    if (!given) co_return;
    co_await catch_up();
    const UnixMillis now = unix_now();
    const Account* const account = parts_.keeper.book().by_link(given->link, now);
    const bool is_first = account == nullptr && is_first_link(given->link, now);
    if (account == nullptr && !is_first) {
        answer_error(exchange, 404, words_without_link(given->link));
        co_return;
    }
    const std::string name = is_first ? given->name : account->name;
    const std::string problem = problem_with(name, given->password);
    if (!problem.empty()) {
        answer_error(exchange, 400, problem);
        co_return;
    }
    const std::optional<std::string> hash = co_await parts_.passwords.hash(given->password);
    if (!hash) {
        answer_too_busy(exchange);
        co_return;
    }
    std::string token = make_token();
    const std::string what = is_first ? "account.first" : "account.redeem";
    std::string arguments =
        json_of({{is_first ? "name" : "link", is_first ? name : to_hex(given->link)},
                 {"password_hash", *hash},
                 {"session", to_hex(hash_token(token))},
                 {"agent", agent_of(exchange.request)}});
    const Viewer nobody;
    ChangeDone done = co_await parts_.changes.ask(exchange, nobody, what, std::move(arguments));
    co_await let_in(exchange, std::move(done), std::move(token), name);
}

Completion LogIn::session(Exchange& exchange, const Viewer& viewer) {
    std::string body =
        json_of({{"name", viewer.name}, {"role", std::string(to_text(viewer.role))}});
    body.pop_back();
    answer_json(exchange, 200, fmt::format(R"({},"demo":{}}})", body, parts_.is_demo));
    return answered();
}

}  // namespace waymark::tracker
