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

using Guard = std::string_view (*)(const net::http::Request& request);

Handler guarded(Handler handler, Guard guard = reason_to_refuse) {
    return [handler = std::move(handler), guard](Exchange& exchange) {
        const std::string_view reason = guard(exchange.request);
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

Completion refuse_all_but_post(Exchange& exchange) {
    begin_data(exchange, 405);
    exchange.answer.field("Allow", "POST");
    exchange.answer.end("application/json", R"({"error":"Only POST is answered here."})");
    return answered();
}

}  // namespace

void add_get(Router& router, std::string_view pattern, Handler handler) {
    router.add("GET", pattern, 0, guarded(std::move(handler)));
    router.add("*", pattern, 0, refuse_method);
}

void add_post(Router& router, std::string_view pattern, Handler handler) {
    router.add("POST", pattern, 0, guarded(std::move(handler), reason_to_refuse_change));
    router.add("*", pattern, 0, refuse_all_but_post);
}

void add_not_found(Router& router) {
    router.add("*", "/*", 0, guarded([](Exchange& exchange) {
                   answer_error(exchange, 404, "There is nothing here.");
                   return answered();
               }));
}

}  // namespace waymark::tracker
