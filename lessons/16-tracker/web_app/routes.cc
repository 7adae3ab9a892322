#include "web_app/routes.hh"

#include <utility>

#include "web_app/answers.hh"
#include "web_app/request_guard.hh"

namespace waymark::tracker {

using net::http::answered;
using net::http::Completion;
using net::http::Exchange;
using net::http::Handler;
using net::http::Router;

namespace {

Handler guarded(Handler handler) {
    return [handler = std::move(handler)](Exchange& exchange) {
        const std::string_view reason = reason_to_refuse(exchange.request);
        if (reason.empty()) return handler(exchange);
        answer_error(exchange, 403, reason);
        return answered();
    };
}

Completion refuse_method(Exchange& exchange) {
    begin_data(exchange, 405);
    exchange.answer.field("Allow", "GET, HEAD");
    exchange.answer.end("application/json", R"({"error":"Only GET and HEAD are answered here."})");
    return answered();
}

}  // namespace

void add_get(Router& router, std::string_view pattern, Handler handler) {
    router.add("GET", pattern, 0, guarded(std::move(handler)));
    router.add("*", pattern, 0, refuse_method);
}

void add_not_found(Router& router) {
    router.add("*", "/*", 0, guarded([](Exchange& exchange) {
                   answer_error(exchange, 404, "There is nothing here.");
                   return answered();
               }));
}

}  // namespace waymark::tracker
