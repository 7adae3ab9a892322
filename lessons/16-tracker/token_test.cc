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

TEST_CASE("no token begins with a hyphen, which a command line takes for an option") {
    // One in 64 would: that none of 2000 does is chance once in 10^13.
    for (int i = 0; i < 2000; ++i) CHECK_FALSE(make_token().starts_with('-'));
}

TEST_CASE("the hash is the same for the same token only") {
    CHECK(hash_token("tok-van-7") == hash_token("tok-van-7"));
    CHECK(hash_token("tok-van-7") != hash_token("tok-van-8"));
    CHECK(hash_token("") != hash_token(std::string_view("\0", 1)));
}

TEST_CASE("a hash is written in hexadecimal digits and read back, and nothing else is") {
    const TokenHash hash = hash_token("token");
    const std::string text = to_hex(hash);
    CHECK(text.size() == 64);
    CHECK(token_hash_from_hex(text) == hash);
    CHECK_FALSE(token_hash_from_hex(text.substr(1)));
    CHECK_FALSE(token_hash_from_hex(text + "0"));
    CHECK_FALSE(token_hash_from_hex("g" + text.substr(1)));
    CHECK_FALSE(token_hash_from_hex(""));
}
