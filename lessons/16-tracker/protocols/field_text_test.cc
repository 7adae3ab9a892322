#include "protocols/field_text.hh"

#include <doctest/doctest.h>

#include <string>

using namespace waymark::tracker;

TEST_CASE("blanks around a text are none of it, blanks within are") {
    CHECK(without_blanks(" \t4 8 \t") == "4 8");
    CHECK(without_blanks("48") == "48");
    CHECK(without_blanks(" \t ").empty());
    CHECK(without_blanks("").empty());
}

TEST_CASE("an absent value has many spellings") {
    for (const std::string text : {"", "  ", "null", "NULL", " undefined ", "Undefined"}) {
        INFO(text);
        CHECK(says_nothing(text));
    }
    for (const std::string text : {"0", "nil", "nan", "{0}", "-"}) {
        INFO(text);
        CHECK_FALSE(says_nothing(text));
    }
}

TEST_CASE("yes and no are read in their odd forms, and other texts are neither") {
    for (const std::string text : {"true", "TRUE", "True", "1", " true "}) {
        INFO(text);
        CHECK(parse_flag(text) == true);
    }
    for (const std::string text : {"false", "False", "0", "\t0"}) {
        INFO(text);
        CHECK(parse_flag(text) == false);
    }
    for (const std::string text : {"", "+1", "-1", "1.0", "1e0", "1,0", "{12}", "null", "yes",
                                   "truetrue", "11111111111111111111"}) {
        INFO(text);
        CHECK_FALSE(parse_flag(text).has_value());
    }
}
