#include "web_app/answers.hh"

#include <string>

#include "protocols/extras.hh"

namespace waymark::tracker {

using net::http::Exchange;
using net::http::FieldBlock;

namespace {

constexpr std::string_view kJson = "application/json";

FieldBlock fields_with(std::string_view cache_control) {
    FieldBlock fields = security_fields();
    fields.add("Cache-Control", cache_control);
    return fields;
}

std::string error_body(std::string_view message) {
    std::string body = "{\"error\":";
    append_json_string(body, message);
    return body + "}";
}

}  // namespace

FieldBlock security_fields() {
    FieldBlock fields;
    fields.add("Content-Security-Policy",
               "default-src 'self'; img-src 'self' data:; style-src 'self'; connect-src 'self'; "
               "frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
    fields.add("X-Content-Type-Options", "nosniff");
    // Servers of map tiles refuse who sends no Referer at all.
    fields.add("Referrer-Policy", "strict-origin-when-cross-origin");
    return fields;
}

FieldBlock page_fields() {
    return fields_with("no-cache");
}

FieldBlock data_fields() {
    return fields_with("no-store");
}

void answer_json(Exchange& exchange, int status, std::string_view body) {
    static const FieldBlock kFields = data_fields();
    exchange.answer.begin(status);
    exchange.answer.fields(kFields);
    exchange.answer.end(kJson, body);
}

void answer_error(Exchange& exchange, int status, std::string_view message) {
    answer_json(exchange, status, error_body(message));
}

void answer_later(Exchange& exchange, std::string_view message, std::chrono::seconds retry_after) {
    static const FieldBlock kFields = data_fields();
    exchange.answer.begin(503);
    exchange.answer.fields(kFields);
    exchange.answer.field("Retry-After", std::to_string(retry_after.count()));
    exchange.answer.end(kJson, error_body(message));
}

}  // namespace waymark::tracker
