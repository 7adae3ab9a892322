#include "net/http/preconditions.hh"

#include <doctest/doctest.h>

#include <vector>

using namespace waymark::net::http;

namespace {

constexpr Validators kDocument{"\"a,b\"", 784'111'777};
constexpr std::string_view kSame = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view kEarlier = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr std::string_view kLater = "Fri, 31 Dec 2100 23:59:59 GMT";

Request with(const std::vector<Field>& fields) {
    Request request;
    request.method = "GET";
    request.fields = fields;
    return request;
}

PreconditionResult weigh(const std::vector<Field>& fields) {
    return weigh_preconditions(with(fields), kDocument);
}

}  // namespace

TEST_CASE("without a condition all is sent") {
    CHECK(weigh({}) == PreconditionResult::send);
    CHECK(weigh({{"If-Modified-Since", "yesterday-ish"}}) == PreconditionResult::send);
    CHECK(weigh({{"If-Unmodified-Since", "tomorrow-ish"}}) == PreconditionResult::send);
}

TEST_CASE("what the client has already is not sent again") {
    CHECK(weigh({{"If-None-Match", "\"a,b\""}}) == PreconditionResult::not_modified);
    CHECK(weigh({{"if-none-match", "\"x\", W/\"a,b\""}}) == PreconditionResult::not_modified);
    CHECK(weigh({{"If-None-Match", "\"x\""}, {"If-None-Match", "\"a,b\""}}) ==
          PreconditionResult::not_modified);
    CHECK(weigh({{"If-None-Match", "*"}}) == PreconditionResult::not_modified);
    CHECK(weigh({{"If-None-Match", "\"a\", \"b\""}}) == PreconditionResult::send);
    CHECK(weigh({{"If-None-Match", "a,b"}}) == PreconditionResult::send);
    CHECK(weigh({{"If-None-Match", "\"a,b"}}) == PreconditionResult::send);
    CHECK(weigh({{"If-Modified-Since", kSame}}) == PreconditionResult::not_modified);
    CHECK(weigh({{"If-Modified-Since", kLater}}) == PreconditionResult::not_modified);
    CHECK(weigh({{"If-Modified-Since", kEarlier}}) == PreconditionResult::send);
}

TEST_CASE("where a tag decides, no date is looked at") {
    CHECK(weigh({{"If-None-Match", "\"x\""}, {"If-Modified-Since", kLater}}) ==
          PreconditionResult::send);
    CHECK(weigh({{"If-Match", "\"a,b\""}, {"If-Unmodified-Since", kEarlier}}) ==
          PreconditionResult::send);
}

TEST_CASE("a condition that does not hold fails the request") {
    CHECK(weigh({{"If-Match", "\"x\""}}) == PreconditionResult::failed);
    CHECK(weigh({{"If-Match", "W/\"a,b\""}}) == PreconditionResult::failed);
    CHECK(weigh({{"If-Match", "*"}}) == PreconditionResult::send);
    CHECK(weigh({{"If-Unmodified-Since", kEarlier}}) == PreconditionResult::failed);
    CHECK(weigh({{"If-Unmodified-Since", kSame}}) == PreconditionResult::send);
    // It comes first.
    CHECK(weigh({{"If-Match", "\"x\""}, {"If-None-Match", "\"a,b\""}}) ==
          PreconditionResult::failed);
}

TEST_CASE("a range is obeyed if the rest is of the same state") {
    CHECK(range_applies(with({}), kDocument));
    const std::vector<Field> same_tag = {{"If-Range", "\"a,b\""}};
    const std::vector<Field> weak_tag = {{"If-Range", "W/\"a,b\""}};
    const std::vector<Field> same_date = {{"If-Range", kSame}};
    const std::vector<Field> later_date = {{"If-Range", kLater}};
    CHECK(range_applies(with(same_tag), kDocument));
    CHECK_FALSE(range_applies(with(weak_tag), kDocument));
    CHECK_FALSE(range_applies(with(same_date), kDocument));
    CHECK_FALSE(range_applies(with(later_date), kDocument));
}
