#include "token.hh"

#include <doctest/doctest.h>

using namespace waymark::tracker;

TEST_CASE("tokens are long, differ, and need no escape in a URL") {
    const std::string token = make_token();
    CHECK(token.size() == 22);
    CHECK(token != make_token());
    for (const char c : token) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_';
        CHECK(plain);
    }
}

TEST_CASE("the hash is the same for the same token only") {
    CHECK(hash_token("tok-van-7") == hash_token("tok-van-7"));
    CHECK(hash_token("tok-van-7") != hash_token("tok-van-8"));
    CHECK(hash_token("") != hash_token(std::string_view("\0", 1)));
}
