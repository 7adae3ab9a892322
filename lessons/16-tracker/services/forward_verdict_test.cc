#include "services/forward_verdict.hh"

#include <doctest/doctest.h>

using namespace waymark::tracker;
using waymark::net::http::ExchangeResult;
using waymark::net::http::ExchangeStatus;

namespace {

ExchangeResult answered_with(int status, const char* body = "") {
    ExchangeResult result;
    result.status = ExchangeStatus::answered;
    result.response.status = status;
    result.response.body = body;
    return result;
}

}  // namespace

TEST_CASE("only an answer that is about the fix gives it up") {
    for (const int status : {200, 201, 202, 204})
        CHECK(verdict_of(answered_with(status)) == ForwardVerdict::sent);
    for (const int status : {400, 403, 409, 413, 414, 422})
        CHECK(verdict_of(answered_with(status)) == ForwardVerdict::refused);
    for (const int status : {301, 302, 307, 308, 401, 404, 405, 407, 408, 421,
                             425, 426, 429, 431, 451, 500, 502, 503, 504, 507})
        CHECK(verdict_of(answered_with(status)) == ForwardVerdict::later);
}

TEST_CASE("no answer is no verdict on the fix") {
    for (const ExchangeStatus status :
         {ExchangeStatus::not_connected, ExchangeStatus::lost, ExchangeStatus::timed_out,
          ExchangeStatus::malformed, ExchangeStatus::too_large})
        CHECK(verdict_of({status, {}, "why"}) == ForwardVerdict::later);
    CHECK(verdict_of({ExchangeStatus::closed_idle, {}, "why"}) == ForwardVerdict::at_once);
}

TEST_CASE("the reason is one short line, whatever the other server says") {
    CHECK(explain_forward({ExchangeStatus::lost, {}, "there: closed"}) == "there: closed");
    CHECK(explain_forward(answered_with(503)) == "the server answers 503");
    CHECK(explain_forward(answered_with(403, "no\r\nEvil: line\x1b[2J")) ==
          "the server answers 403: no  Evil: line [2J");
    CHECK(explain_forward(answered_with(400, "The message names no device.\n")) ==
          "the server answers 400: The message names no device.");
    CHECK(explain_forward(answered_with(404)) ==
          "the server answers 404; is it the address for devices?");
    CHECK(explain_forward(answered_with(301)) ==
          "the server answers 301; name the address where it is now");
    CHECK(explain_forward(answered_with(400, std::string(100'000, 'x').c_str())).size() < 250);
}
