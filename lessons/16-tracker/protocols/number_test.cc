#include "protocols/number.hh"

#include <doctest/doctest.h>

#include <string>

using namespace waymark::tracker;

TEST_CASE("a whole decimal number is read") {
    CHECK(parse_number("48.137154").value == doctest::Approx(48.137154));
    CHECK(parse_number("-0.5").value == -0.5);
    CHECK(parse_number("1.756705873414E9").value == doctest::Approx(1756705873.414));
    CHECK(parse_number("87.").kind == NumberKind::value);
}

TEST_CASE("text with a number in it is not a number") {
    for (const std::string text : {"", " ", "sixty", "12abc", "0x1F", " 12", "12 ", "+12", "48,137",
                                   "{0}", "1e", "-", "."}) {
        INFO(text);
        CHECK(parse_number(text).kind == NumberKind::not_a_number);
    }
}

TEST_CASE("numbers without a finite value are told apart") {
    for (const std::string text :
         {"NaN", "nan", "Infinity", "-inf", "INF", "1e400", "-1e400", "1e-400"}) {
        INFO(text);
        CHECK(parse_number(text).kind == NumberKind::not_finite);
    }
}
