// The way in: log-in by name and password, and by a one-time link: the first one, which the server
// printed, an invitation, or one for somebody who is locked out.
//
//   POST /api/log-in        {"name","password"} -> {"name"} and the cookie; 401 for both wrong
//   names
//                           and wrong passwords, 429 when too many were tried
//   POST /api/log-out       ends the session that asks
//   POST /api/welcome/look  {"link"} -> {"kind":"first"} or {"kind":"account","name"}; 404
//   POST /api/welcome       {"link","name","password"} -> {"name"} and the cookie; the name for the
//                           first account only
//   GET  /api/session       {"name","role","demo"}; 401 for a stranger
//
// A token stands behind '#' in the link's address, so browsers send it to nobody and no proxy's log
// has it; the page hands it in.

#pragma once

#include <optional>
#include <string>

#include "first_link.hh"
#include "net/http/exchange.hh"
#include "net/task.hh"
#include "services/change_arguments.hh"
#include "token.hh"
#include "web_app/account_keeper.hh"
#include "web_app/log_in_limit.hh"
#include "web_app/passwords.hh"
#include "web_app/request_guard.hh"
#include "web_app/routes.hh"
#include "web_app/store_changes.hh"

namespace waymark::tracker {

class LogIn {
  public:
    struct Parts {
        AccountKeeper& keeper;
        Passwords& passwords;
        LogInLimit& limit;
        StoreChanges& changes;
        const RequestGuard& guard;
        FirstLink first;
        bool is_demo = false;
    };

    explicit LogIn(Parts parts) : parts_(parts) {}
    LogIn(const LogIn&) = delete;
    LogIn& operator=(const LogIn&) = delete;

    void add_routes(Routes& routes);
    // Whose cookie it is; of a demo, everybody.
    std::optional<Viewer> who_asks(const net::http::Exchange& exchange);

  private:
    using Exchange = net::http::Exchange;

    struct Credentials {
        std::string name, password;
    };
    struct Redeeming {
        TokenHash link{};
        std::string name, password;
    };
    static Credentials read_credentials(ChangeArguments& arguments);
    static Redeeming read_redeeming(ChangeArguments& arguments);

    net::Task<> log_in(Exchange& exchange);
    net::Task<> log_out(Exchange& exchange, Viewer viewer);
    net::Task<> catch_up();
    net::Task<> look(Exchange& exchange);
    net::Task<> welcome(Exchange& exchange);
    net::http::Completion session(Exchange& exchange, const Viewer& viewer);
    net::Task<> refuse(Exchange& exchange, int status, std::string who, std::string why);
    // Answers with the cookie of a session that the store has begun, or with what the store said.
    net::Task<> let_in(Exchange& exchange, ChangeDone done, std::string token, std::string name);
    bool is_https(const Exchange& exchange) const;
    bool is_first_link(const TokenHash& link, UnixMillis now) const;
    std::string_view words_without_link(const TokenHash& link) const;

    Parts parts_;
};

// What the browser calls itself, as a session keeps it: valid UTF-8, not too long.
std::string agent_of(const net::http::Request& request);

}  // namespace waymark::tracker
