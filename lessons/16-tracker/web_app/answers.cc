#include "web_app/answers.hh"

#include <fmt/format.h>

#include <string>

#include "protocols/extras.hh"

namespace waymark::tracker {

using net::http::Exchange;
using net::http::FieldBlock;

namespace {

constexpr std::string_view kJson = "application/json";

std::string error_body(std::string_view message) {
    std::string body = "{\"error\":";
    append_json_string(body, message);
    return body + "}";
}

}  // namespace

FieldBlock security_fields(std::string_view picture_origin) {
    FieldBlock fields;
    fields.add("Content-Security-Policy",
               fmt::format("default-src 'self'; img-src 'self' data:{}{}; style-src 'self'; "
                           "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
                           "form-action 'self'",
                           picture_origin.empty() ? "" : " ", picture_origin));
    fields.add("X-Content-Type-Options", "nosniff");
    // Servers of map tiles refuse who sends no Referer at all.
    fields.add("Referrer-Policy", "strict-origin-when-cross-origin");
    return fields;
}

void begin_data(Exchange& exchange, int status) {
    exchange.answer.begin(status);
    exchange.answer.field("Cache-Control", "no-store");
}

void answer_json(Exchange& exchange, int status, std::string_view body) {
    begin_data(exchange, status);
    exchange.answer.end(kJson, body);
}

void answer_error(Exchange& exchange, int status, std::string_view message) {
    answer_json(exchange, status, error_body(message));
}

void answer_later(Exchange& exchange, std::string_view message, std::chrono::seconds retry_after) {
    begin_data(exchange, 503);
    exchange.answer.field("Retry-After", std::to_string(retry_after.count()));
    exchange.answer.end(kJson, error_body(message));
}

}  // namespace waymark::tracker
