// What everybody may do with their own account:
//
//   GET  /api/sessions {"sessions":[{"number","begun","used","address","agent","is_this"}]} POST
//   /api/sessions/end        {"number"} POST /api/sessions/end-rest   {"ended"}: everywhere else
//   POST /api/account/password    {"old","new"} -> {"ended"}: how many other sessions that ended
//
// A demo has no accounts: 403.

#pragma once

#include <string>
#include "net/http/exchange.hh"
#include "net/task.hh"
#include "services/change_arguments.hh"

#include "web_app/account_keeper.hh"
#include "web_app/log_in_limit.hh"
#include "web_app/passwords.hh"
#include "web_app/request_guard.hh"
#include "web_app/routes.hh"
#include "web_app/store_changes.hh"

namespace waymark::tracker {

class AccountApi {
  public:
    struct Parts {
        AccountKeeper& keeper;
        Passwords& passwords;
        LogInLimit& limit;
        StoreChanges& changes;
        const RequestGuard& guard;
    };

    explicit AccountApi(Parts parts) : parts_(parts) {}
    AccountApi(const AccountApi&) = delete;
    AccountApi& operator=(const AccountApi&) = delete;

    void add_routes(Routes& routes);

  private:
    using Exchange = net::http::Exchange;

    struct NewPassword {
        std::string old_one, new_one;
    };
    static NewPassword read_new_password(ChangeArguments& arguments);

    net::http::Completion sessions(Exchange& exchange, const Viewer& viewer);
    net::Task<> end(Exchange& exchange, Viewer viewer);
    net::Task<> end_rest(Exchange& exchange, Viewer viewer);
    net::Task<> change_password(Exchange& exchange, Viewer viewer);

    Parts parts_;
};

// Has the store make a change of accounts, and answers when the book has it: what the page reads
// next is as it was told.
net::Task<> answer_account_change(net::http::Exchange& exchange, AccountKeeper& keeper,
                                  StoreChanges& changes, Viewer viewer, std::string name,
                                  std::string arguments);

// Whether the exchange has been answered because a demo has no accounts.
bool refuse_without_account(net::http::Exchange& exchange, const Viewer& viewer);

}  // namespace waymark::tracker
