// Which handler answers a request, by method and path. What no handler answers, the router does:
// 404 for an unknown path, 405 with Allow for a known path and another method, 501 for a method
// that is neither one of the RFC's (or PATCH) nor any route's, and OPTIONS (RFC 9110, 9.1, 9.3.7,
// 10.2.1, 15.5.6).

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http/exchange.hh"

namespace waymark::net::http {

class Router {
  public:
    struct Route {
        std::string method;                 // "*": any
        std::vector<std::string> segments;  // "{}" matches one, "*" at the end the rest
        std::size_t body_limit = 0;         // bytes; a longer body is refused with 413
        bool streams_body = false;          // the handler reads it (net/http/body_source)
        Handler handler;
    };

    // Adds a route after those that are there; the first that matches wins. Patterns:
    //   "/api/devices"            this path alone
    //   "/api/devices/{}/points"  any one segment, which becomes a parameter
    //   "/files/*"                "/files/" and everything below; the rest becomes a parameter
    // At most Exchange::kMostParameters parameters (asserted).
    // A route for GET answers HEAD too. Paths are compared as they were sent, percent-encoded.
    void add(std::string_view method, std::string_view pattern, std::size_t body_limit,
             Handler handler);
    // The same for a handler that is called before the body has come, and reads it as it comes. It
    // must be a coroutine.
    void add_streaming(std::string_view method, std::string_view pattern, std::size_t body_limit,
                       Handler handler);

    struct Match {
        const Route* route = nullptr;
        int refusal = 404;  // without a route: how to answer
        Exchange::Parameters parameters;
    };
    Match match(std::string_view method, std::string_view path) const;

    // Answers what has no route.
    void refuse(const Match& match, Exchange& exchange) const;

  private:
    std::string allowed_methods(std::string_view path) const;

    std::vector<Route> routes_;
};

}  // namespace waymark::net::http
