#include "web_app/account_api.hh"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "daemon/error.hh"
#include "protocols/extras.hh"
#include "services/change_arguments.hh"
#include "unix_time.hh"
#include "web_app/answers.hh"
#include "web_app/change_answers.hh"
#include "web_app/log_in.hh"

namespace waymark::tracker {

using daemon::Deadline;
using net::http::answered;
using net::http::Completion;
using net::http::Exchange;

namespace {

constexpr std::size_t kLongestAccountRequest = 4096;
constexpr std::chrono::seconds kPatienceWithBook{5};

std::string written_session(const Session& session, bool is_this) {
    std::string text = fmt::format(R"({{"number":{},"begun":{},"used":{},"is_this":{},"address":)",
                                   session.number, session.begun_ms, session.used_ms, is_this);
    append_json_string(text, host_of(session.address));
    text += ",\"agent\":";
    append_json_string(text, session.agent);
    return text + "}";
}

}  // namespace

bool refuse_without_account(Exchange& exchange, const Viewer& viewer) {
    if (viewer.session != 0) return false;
    answer_error(exchange, 403, "This is a demo: it has no accounts.");
    return true;
}

net::Task<> answer_account_change(Exchange& exchange, AccountKeeper& keeper, StoreChanges& changes,
                                  Viewer viewer, std::string name, std::string arguments) {
    if (refuse_without_account(exchange, viewer)) co_return;
    const ChangeDone done =
        co_await changes.ask(exchange, std::move(viewer), std::move(name), std::move(arguments));
    if (done.status == 200) {
        const Deadline deadline = Deadline::after(kPatienceWithBook);
        const bool is_current = co_await keeper.is_current(deadline);
        (void)is_current;  // it is done all the same
    }
    answer_json(exchange, done.status, done.body);
}

AccountApi::NewPassword AccountApi::read_new_password(ChangeArguments& arguments) {
    return {arguments.text("old"), arguments.text("new")};
}

void AccountApi::add_routes(Routes& routes) {
    routes.get("/api/sessions", [this](Exchange& exchange, const Viewer& viewer) {
        return sessions(exchange, viewer);
    });
    routes.post("/api/sessions/end", kLongestAccountRequest,
                [this](Exchange& exchange, Viewer viewer) {
                    return Completion(end(exchange, std::move(viewer)));
                });
    routes.post("/api/sessions/end-rest", 0, [this](Exchange& exchange, Viewer viewer) {
        return Completion(end_rest(exchange, std::move(viewer)));
    });
    routes.post("/api/account/password", kLongestAccountRequest,
                [this](Exchange& exchange, Viewer viewer) {
                    return Completion(change_password(exchange, std::move(viewer)));
                });
}

Completion AccountApi::sessions(Exchange& exchange, const Viewer& viewer) {
    if (refuse_without_account(exchange, viewer)) return answered();
    std::string list;
    for (const Session& session : parts_.keeper.book().sessions_of(viewer.user, unix_now()))
        list +=
            (list.empty() ? "" : ",") + written_session(session, session.number == viewer.session);
    answer_json(exchange, 200, fmt::format(R"({{"sessions":[{}]}})", list));
    return answered();
}

net::Task<> AccountApi::end(Exchange& exchange, Viewer viewer) {
    std::string arguments(exchange.request.body);
    co_await answer_account_change(exchange, parts_.keeper, parts_.changes, std::move(viewer),
                                   "session.end", std::move(arguments));
}

net::Task<> AccountApi::end_rest(Exchange& exchange, Viewer viewer) {
    std::string arguments = json_of({}, "kept", viewer.session);
    co_await answer_account_change(exchange, parts_.keeper, parts_.changes, std::move(viewer),
                                   "session.end_rest", std::move(arguments));
}

// The old one is asked for: a browser that was left open is not enough to lock its person out.
net::Task<> AccountApi::change_password(Exchange& exchange, Viewer viewer) {
    if (refuse_without_account(exchange, viewer)) co_return;
    const std::optional<NewPassword> given = read_or_refuse(exchange, read_new_password);
    if (!given) co_return;
    const std::string problem = problem_with_password(given->new_one, viewer.name);
    if (!problem.empty()) {
        answer_error(exchange, 400, problem);
        co_return;
    }
    const Account* const account = parts_.keeper.book().by_number(viewer.user);
    const std::string kept = account == nullptr ? "" : account->password_hash;
    const net::NetworkKey network = parts_.guard.origin_of(exchange).client.network_key();
    const LogInLimit::Verdict verdict =
        parts_.limit.take(network, viewer.name, true, exchange.loop().now());
    if (!verdict.is_allowed) {
        answer_too_many_attempts(exchange, verdict.wait, kOrByLink);
        co_return;
    }
    const std::optional<bool> is_right = co_await parts_.passwords.is(kept, given->old_one);
    if (is_right && !*is_right) {
        answer_error(exchange, 400, "The old password is another one.");
        co_return;
    }
    parts_.limit.give_back(network, viewer.name, true);
    std::optional<std::string> hash;
    if (is_right) hash = co_await parts_.passwords.hash(given->new_one);
    if (!hash) {
        answer_too_busy(exchange);
        co_return;
    }
    std::string arguments =
        json_of({{"password_hash", *hash}, {"was", kept}}, "kept", viewer.session);
    co_await answer_account_change(exchange, parts_.keeper, parts_.changes, std::move(viewer),
                                   "account.password", std::move(arguments));
}

}  // namespace waymark::tracker
