#include "web_app/session_cookie.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace waymark::tracker;
using waymark::net::http::Field;
using waymark::net::http::Request;

namespace {

std::string token_in(const std::vector<Field>& fields, bool is_https = false) {
    Request request;
    request.fields = fields;
    return std::string(session_token(request, is_https));
}

}  // namespace

TEST_CASE("the token is found among other cookies, wherever they stand") {
    CHECK(token_in({{"Cookie", "waymark=abc"}}) == "abc");
    CHECK(token_in({{"cookie", "a=1; waymark=abc;b=2"}}) == "abc");
    CHECK(token_in({{"Cookie", "a=1"}, {"Cookie", " waymark = abc "}}) == "abc");
    CHECK(token_in({{"Cookie", "waymark=first; waymark=second"}}) == "first");
    CHECK(token_in({{"Cookie", "waymark=a=b"}}) == "a=b");
}

TEST_CASE("what is no token of ours is none") {
    const std::vector<std::vector<Field>> odd{
        {},
        {{"Cookie", ""}},
        {{"Cookie", ";;;"}},
        {{"Cookie", "waymark"}},
        {{"Cookie", "waymark="}},
        {{"Cookie", "xwaymark=abc; waymarkx=abc; WAYMARK=abc; =waymark"}},
        {{"X-Cookie", "waymark=abc"}},
    };
    for (const auto& fields : odd) CHECK(token_in(fields) == "");
}

// A cookie of the plain name may have been set by another host of the domain, or in the clear.
TEST_CASE("over TLS only the cookie that no other host can set counts") {
    const std::vector<Field> both{{"Cookie", "waymark=plain; __Host-waymark=secure"}};
    CHECK(token_in(both, true) == "secure");
    CHECK(token_in(both, false) == "plain");
    CHECK(token_in({{"Cookie", "waymark=plain"}}, true) == "");
}

TEST_CASE("the cookie is for the server's own requests, and over TLS for TLS") {
    CHECK(session_cookie("abc", false) ==
          "waymark=abc; Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax");
    CHECK(session_cookie("abc", true) ==
          "__Host-waymark=abc; Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax; Secure");
    CHECK(ended_session_cookie(false) == "waymark=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
}
