#include "greeting.hh"

#include <doctest/doctest.h>

#include <string>

using namespace waymark::logrelay;
using From = Greeting::From;

TEST_CASE("a place is read as it was written") {
    const Place place{1'764'399'602'123, 17};
    CHECK(to_string(place) == "1764399602123.17");
    CHECK(read_place("1764399602123.17") == place);
    CHECK(read_place("0.0") == Place{});
    const Place last{UINT64_MAX, UINT64_MAX};
    CHECK(read_place(to_string(last)) == last);
    CHECK(("from " + to_string(last) + "\r\n").size() <= kLongestGreeting);
}

TEST_CASE("what is no place is refused") {
    for (const char* text :
         {"", ".", "1", "1.", ".1", "1.2.3", "-1.2", "+1.2", "1.-2", "01.2", "1.02", " 1.2", "1.2 ",
          "1,2", "0x1.2", "18446744073709551616.1", "1.18446744073709551616", "1.2\n"})
        CHECK_MESSAGE(!read_place(text), text);
}

TEST_CASE("a greeting says from where, and that places are wanted") {
    CHECK(read_greeting("from now")->from == From::now);
    CHECK(read_greeting("from oldest")->from == From::oldest);
    const auto resumed = read_greeting("from 5.17");
    CHECK(resumed->from == From::place);
    CHECK(resumed->place == Place{5, 17});
    for (const char* text : {"from now", "from oldest", "from 5.17"})
        CHECK(read_greeting(text)->wants_places);
    CHECK_FALSE(Greeting().wants_places);
}

TEST_CASE("what is no greeting is refused") {
    for (const char* text : {"", "from", "from ", "FROM now", "from Now", "from now ", "from  now",
                             "from 5", "from 5.17x", "GET / HTTP/1.1", "from \x01"})
        CHECK_MESSAGE(!read_greeting(text), text);
}
