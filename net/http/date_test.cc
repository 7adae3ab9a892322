#include "net/http/date.hh"

#include <doctest/doctest.h>

using namespace waymark::net::http;

TEST_CASE("a date is written as HTTP wants it") {
    CHECK(DateText(784'111'777).view() == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(DateText(0).view() == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(DateText(4'102'444'799).view() == "Thu, 31 Dec 2099 23:59:59 GMT");
    CHECK(DateText(999'999'999'999).view() == "Fri, 31 Dec 9999 23:59:59 GMT");
    CHECK(DateText(-62'135'596'800).view() == "Mon, 01 Jan 0001 00:00:00 GMT");
    for (const std::time_t time : {std::time_t{-62'167'219'201}, std::time_t{-999'999'999'999}})
        CHECK(DateText(time).view() == "Sat, 01 Jan 0000 00:00:00 GMT");
}

TEST_CASE("all three forms are read") {
    CHECK(parse_date("Sun, 06 Nov 1994 08:49:37 GMT") == 784'111'777);
    CHECK(parse_date("Sunday, 06-Nov-94 08:49:37 GMT") == 784'111'777);
    CHECK(parse_date("Sun Nov  6 08:49:37 1994") == 784'111'777);
    CHECK(parse_date("Wed Nov 16 08:49:37 1994") == 784'111'777 + 10 * 86'400);
    // A leap second: the first of the next day, as clocks that count none have it.
    CHECK(parse_date("Sat, 31 Dec 2016 23:59:60 GMT") == 1'483'228'800);
    CHECK(parse_date("Fri, 31 Dec 2100 23:59:59 GMT") == 4'133'980'799);
}

TEST_CASE("what is no date is not read as one") {
    for (const char* text : {"",
                             "yesterday-ish",
                             "Sun, 06 Nov 1994 08:49:37",
                             "06 Nov 1994",
                             "Sun, 06 Nov 1994 08:49:37 UTC",
                             "Sun, 6 Nov 1994 08:49:37 GMT",
                             "Sun, 31 Feb 1994 08:49:37 GMT",
                             "Sun, 31 Feb 1994 08:49:59 GMT",
                             "Sun, 31 Feb 1994 23:59:60 GMT",
                             "Sun, 32 Jan 1994 08:49:37 GMT",
                             "Sun, 00 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 24:00:00 GMT",
                             "Sun, 06 Nov 1994 08:49:37 GMT ",
                             "Sun, 06 Nov -994 08:49:37 GMT",
                             "Mon, 06 Nov 1994 08:49:37 GMT",
                             "Monday, 06-Nov-94 08:49:37 GMT",
                             "Mon Nov  6 08:49:37 1994",
                             "Sun!<any>, 06-Nov-94 08:49:37 GMT",
                             "Sun, 06-Nov-94 08:49:37 GMT",
                             ", 06-Nov-94 08:49:37 GMT",
                             "784111777"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_date(text));
    }
}

TEST_CASE("the clock shows the present") {
    DateClock clock;
    const std::time_t before = ::time(nullptr);
    const auto shown = parse_date(clock.now());
    REQUIRE(shown);
    CHECK(*shown >= before);
    CHECK(*shown <= ::time(nullptr));
}
