#include "services/change_arguments.hh"

#include <doctest/doctest.h>

#include <string>

#include "daemon/error.hh"

using waymark::daemon::UsageError;
using waymark::tracker::ChangeArguments;

TEST_CASE("members are taken by name and kind") {
    ChangeArguments arguments(
        R"({"device":7,"name":"Zoë","radius":12.5,"shown":true,"ids":["a","b"],"none":null})");
    CHECK(arguments.number("device", 1, 10) == 7);
    CHECK(arguments.text("name") == "Zoë");
    CHECK(arguments.real("radius", 0, 100) == 12.5);
    CHECK(arguments.real("device", 0, 100) == 7);
    CHECK(arguments.flag("shown"));
    CHECK(arguments.texts("ids") == std::vector<std::string>{"a", "b"});
    CHECK_FALSE(arguments.has("none"));
    CHECK_FALSE(arguments.has("other"));
    CHECK(arguments.has("name"));
    CHECK_NOTHROW(arguments.end());
}

TEST_CASE("what is no single object of UTF-8 is refused") {
    for (const char* text :
         {"", "[]", "7", "{\"a\":1e400}", "{", "{} {}", "{\"a\":1,}", "{\"a\":\"\xff\"}",
          "{\"a\":NaN}", "{'a':1}", "{\"a\":1,\"a\":2}", "{\"o\":{\"a\":1,\"a\":1}}"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(ChangeArguments{text}, UsageError);
    }
    CHECK_NOTHROW(ChangeArguments(R"({"a":{"b":1},"b":{"b":2}})"));
}

TEST_CASE("a number has its bounds, and is no text, no fraction and no huge one") {
    for (const char* value :
         {"0", "11", "\"7\"", "7.5", "18446744073709551615", "null", "true", "[7]"}) {
        CAPTURE(value);
        ChangeArguments arguments(std::string("{\"n\":") + value + "}");
        CHECK_THROWS_AS(arguments.number("n", 1, 10), UsageError);
    }
    ChangeArguments bounds(R"({"least":1,"most":10})");
    CHECK(bounds.number("least", 1, 10) == 1);
    CHECK(bounds.number("most", 1, 10) == 10);
}

TEST_CASE("other kinds are refused by the member's name") {
    ChangeArguments arguments(R"({"t":1,"f":0,"l":["a",1],"o":{"a":"b"},"r":"1"})");
    CHECK_THROWS_WITH_AS(arguments.text("t"), "'t' must be a text", UsageError);
    CHECK_THROWS_WITH_AS(arguments.flag("f"), "'f' must be true or false", UsageError);
    CHECK_THROWS_WITH_AS(arguments.texts("l"), "'l' must be a list of texts", UsageError);
    CHECK_THROWS_WITH_AS(arguments.texts("o"), "'o' must be a list of texts", UsageError);
    CHECK_THROWS_WITH_AS(arguments.real("r", 0, 1), "'r' must be a number from 0 to 1", UsageError);
    CHECK_THROWS_WITH_AS(arguments.text("gone"), "'gone' is missing", UsageError);
}

TEST_CASE("a member that nobody asked for is refused") {
    ChangeArguments arguments(R"({"device":1,"nmae":"x"})");
    CHECK(arguments.number("device", 1, 10) == 1);
    CHECK_THROWS_WITH_AS(arguments.end(), "'nmae' is not known here", UsageError);
}
