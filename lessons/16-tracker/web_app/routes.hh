// How the web app adds its routes: each behind the request guard, behind the question who asks, and
// with an answer of our own for whatever else is asked. Every route says who may come; there is no
// way to add one that does not.

#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/router.hh"
#include "store/share_links.hh"
#include "web_app/client_places.hh"
#include "web_app/request_guard.hh"
#include "web_app/viewer.hh"

namespace waymark::tracker {

// Who may come to a route. Holders have a share link, and no account.
enum class Admits { strangers, holders, viewers, admins };

class Routes {
  public:
    // By value: a handler that is a coroutine keeps it.
    using Handler = std::function<net::http::Completion(net::http::Exchange&, Viewer)>;
    // Who asks; nothing for a stranger.
    using WhoAsks = std::function<std::optional<Viewer>(const net::http::Exchange&)>;

    // The link that somebody holds; or nothing, and then the exchange has been answered.
    using WhichLink = std::function<std::optional<ShareLink>(net::http::Exchange&)>;
    using HolderHandler = std::function<net::http::Completion(net::http::Exchange&, ShareLink)>;

    struct Listed {
        std::string method;
        std::string pattern;
        Admits admits;
    };

    // The router must outlive this; the others, and what `who_asks` uses, must outlive the router.
    Routes(net::http::Router& router, const RequestGuard& guard, ClientPlaces& places,
           WhoAsks who_asks)
        : router_(router), door_{guard, places}, who_asks_(std::move(who_asks)) {}

    // What stands before each handler.
    struct Door {
        const RequestGuard& guard;
        ClientPlaces& places;  // of those who come by a proxy
    };

    // For GET and HEAD. What strangers may get: the way in, and the files of the pages.
    void open(std::string_view pattern, net::http::Handler handler);
    void get(std::string_view pattern, Handler handler);
    void admin_get(std::string_view pattern, Handler handler);
    // The same; `others` answers those viewers who are no admins, in place of a refusal in JSON.
    void admin_page(std::string_view pattern, Handler handler, Handler others);
    // For those who have a share link. `which_link` must be told before anybody asks.
    void admit_holders(WhichLink which_link) { which_link_ = std::move(which_link); }
    void holders_get(std::string_view pattern, HolderHandler handler);

    // What changes something: for pages of ours only, and for programs that are no browser. A body
    // is JSON, at most `body_limit` bytes; 0: there is none.
    void open_post(std::string_view pattern, std::size_t body_limit, net::http::Handler handler);
    void post(std::string_view pattern, std::size_t body_limit, Handler handler);
    void admin_post(std::string_view pattern, std::size_t body_limit, Handler handler);
    // The same for bytes that the handler, a coroutine, reads as they come
    // (application/octet-stream). Nothing of them is read for those who may not come.
    void post_stream(std::string_view pattern, std::size_t body_limit, Handler handler);

    // What no route before it takes is 404 for viewers, and for strangers a question who they are.
    void end_with_not_found();

    // All that were added, in this order.
    const std::vector<Listed>& list() const { return list_; }
    // Tells admins the list there, its own route included, as JSON: [{"method": "GET", "pattern":
    // "/api/devices", "admits": "viewers"}, ...].
    void tell_list(std::string_view pattern);

  private:
    void add_get(std::string_view pattern, Admits admits, Handler handler, Handler others = {});
    void add_post(std::string_view pattern, Admits admits, std::size_t body_limit, Handler handler);
    // Asks who it is, and refuses whom the route does not admit; viewers by `others`, if it is set.
    net::http::Handler admitting(Admits admits, Handler handler, Handler others = {}) const;

    net::http::Router& router_;
    Door door_;
    WhoAsks who_asks_;
    WhichLink which_link_;
    std::vector<Listed> list_;
};

}  // namespace waymark::tracker
