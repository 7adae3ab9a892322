#include "net/http/message.hh"

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace waymark::net::http;

TEST_CASE("names are the same whatever their case, and only then") {
    CHECK(same_name("Content-Length", "content-LENGTH"));
    CHECK_FALSE(same_name("Content-Length", "Content_Length"));
    CHECK_FALSE(same_name("Host", "Hos"));
    CHECK_FALSE(same_name("Hos", "Host"));
    // '@' and '`' differ by the bit that tells upper from lower case, but are no letters.
    CHECK_FALSE(same_name("@", "`"));
}

TEST_CASE("the first field of a name is found") {
    const std::array<Field, 3> fields = {{{"Host", "a"}, {"X-Tag", "1"}, {"x-tag", "2"}}};
    Request request;
    request.fields = fields;
    CHECK(request.field("X-TAG") == "1");
    CHECK(request.field("host") == "a");
    CHECK_FALSE(request.field("Accept"));
}

TEST_CASE("a list is read member by member") {
    std::string_view list = ", close ,,\tkeep-alive,";
    std::vector<std::string_view> members;
    while (const auto member = next_in_list(list)) members.push_back(*member);
    CHECK(members == std::vector<std::string_view>{"close", "keep-alive"});
}

TEST_CASE("a member is found in any field of the name, and only as a whole") {
    const std::array<Field, 2> fields = {
        {{"Connection", "keep-alive"}, {"CONNECTION", "X, cLoSe"}}};
    Request request;
    request.fields = fields;
    CHECK(request.lists("connection", "close"));
    CHECK(request.lists("connection", "keep-alive"));
    CHECK_FALSE(request.lists("connection", "clos"));
    CHECK_FALSE(request.lists("connection", "upgrade"));
}
