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
    for (const std::string text :
         {"", " ", "sixty", "12abc", "0x1F", "1 2", "+-12", "++12", "+ 12", "48,137", "3,5", "{0}",
          "null", "undefined", "1e", "-", "+", ".", "87%"}) {
        INFO(text);
        CHECK(parse_number(text).kind == NumberKind::not_a_number);
    }
}

TEST_CASE("a sign and blanks around a number are read with it") {
    CHECK(parse_number("+3.5").value == 3.5);
    CHECK(parse_number("+.5").value == 0.5);
    CHECK(parse_number(" 12").value == 12);
    CHECK(parse_number("12 \t").value == 12);
    CHECK(parse_number("+1e2").value == 100);
}

TEST_CASE("a number that is too long is none") {
    CHECK(parse_number("0." + std::string(kLongestNumber - 2, '1')).kind == NumberKind::value);
    CHECK(parse_number("0." + std::string(kLongestNumber - 1, '1')).kind ==
          NumberKind::not_a_number);
}

TEST_CASE("numbers without a finite value are told apart") {
    for (const std::string text :
         {"NaN", "nan", "Infinity", "-inf", "INF", "1e400", "-1e400", "1e-400"}) {
        INFO(text);
        CHECK(parse_number(text).kind == NumberKind::not_finite);
    }
}
