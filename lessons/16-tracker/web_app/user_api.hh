// What admins do with the accounts of others:
//
//   GET  /api/users          {"users":[{"number","name","role","has_password","link_until","used",
//                            "see":[1],"change":[1]}],"devices":[{"number","name"}]}
//   POST /api/users/add      {"name","role"} -> {"link"}: a one-time link, which is not shown again;
//                            with it they choose their password
//   POST /api/users/link     {"user"} -> {"link"}: a new one, also for who has a password
//   POST /api/users/role     {"user","role"}
//   POST /api/users/grants   {"user","see":["1"],"change":["1"]}
//   POST /api/users/remove   {"user"}
//   GET  /api/audit?below    {"entries":[{"number","time","who","address","action","about",
//                            "refusal"}],"below"}

#pragma once

#include <string>
#include <string_view>

#include "net/http/exchange.hh"
#include "net/task.hh"
#include "services/change_arguments.hh"
#include "web_app/account_keeper.hh"
#include "web_app/database_reads.hh"
#include "web_app/routes.hh"
#include "web_app/store_changes.hh"

namespace waymark::tracker {

class UserApi {
  public:
    struct Parts {
        AccountKeeper& keeper;
        DatabaseReads& reads;
        StoreChanges& changes;
    };

    explicit UserApi(Parts parts) : parts_(parts) {}
    UserApi(const UserApi&) = delete;
    UserApi& operator=(const UserApi&) = delete;

    void add_routes(Routes& routes);

  private:
    using Exchange = net::http::Exchange;

    struct Invited {
        std::string name, role;
    };
    static Invited read_invited(ChangeArguments& arguments);

    net::Task<> list(Exchange& exchange, Viewer viewer);
    net::Task<> add(Exchange& exchange, Viewer viewer);
    net::Task<> link(Exchange& exchange, Viewer viewer);
    net::Task<> audit(Exchange& exchange, Viewer viewer);
    // Has the store do it, and answers with a link whose hash the arguments have.
    net::Task<> answer_with_link(Exchange& exchange, Viewer viewer, std::string name,
                                 std::string arguments, std::string token);
    // For a change whose arguments are the request's body.
    void pass_on(Routes& routes, std::string_view pattern, std::string_view change);

    Parts parts_;
};

}  // namespace waymark::tracker
