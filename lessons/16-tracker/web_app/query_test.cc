#include "web_app/query.hh"

#include <doctest/doctest.h>

using namespace waymark::tracker;

TEST_CASE("numbers are taken by name, and the first problem is kept") {
    Query query("a=5&b=%2D7&c=x&d=11");
    CHECK(query.number("a", 1, 10) == 5);
    CHECK(query.number("b", -10, 10) == -7);
    CHECK(query.problem().empty());
    CHECK(query.number_or("e", 1, 10, 3) == 3);
    CHECK(query.problem().empty());
    query.number("d", 1, 10);
    CHECK(query.problem() == "the parameter 'd' must be a whole number from 1 to 10");
    query.number("c", 1, 10);
    CHECK(query.problem() == "the parameter 'd' must be a whole number from 1 to 10");
}

TEST_CASE("what is no whole number within its bounds is refused by name") {
    for (const char* text : {"n=", "n", "n=1.5", "n=1x", "n=+1", "n=%201", "n=0", "n=11", "n=1e3",
                             "n=99999999999999999999", "n=0x1"}) {
        CAPTURE(text);
        Query query(text);
        CHECK(query.number("n", 1, 10) == 1);
        CHECK(query.problem().find("'n'") != std::string::npos);
    }
    Query missing("m=1");
    CHECK(missing.number("n", 1, 10) == 1);
    CHECK(missing.problem() == "the parameter 'n' is missing");
}

TEST_CASE("a broken query is a problem before anything is asked of it") {
    CHECK(Query("a=%zz").problem() == "the query has a broken escape");
    std::string many;
    for (int i = 0; i < 17; ++i) many += "a=1&";
    CHECK(Query(many).problem() == "the query has too many parameters");
}
