#include "web_app/json_numbers.hh"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace waymark::tracker;

TEST_CASE("degrees keep all seven digits and their sign") {
    const struct {
        std::int32_t degrees_e7;
        std::string text;
    } cases[] = {
        {0, "0.0000000"},
        {481'371'234, "48.1371234"},
        {-5, "-0.0000005"},
        {-1'800'000'000, "-180.0000000"},
        {115'000'001, "11.5000001"},
        {std::numeric_limits<std::int32_t>::min(), "-214.7483648"},
    };
    for (const auto& one : cases) {
        std::string out = ",";
        append_degrees(out, one.degrees_e7);
        CHECK(out == "," + one.text);
    }
}

TEST_CASE("a number is as short as it can be, and unknown or not finite is null") {
    const struct {
        std::optional<float> number;
        std::string text;
    } cases[] = {
        {1.2F, "1.2"},
        {0.0F, "0"},
        {-3.0F, "-3"},
        {1e10F, "10000000000"},
        {0.001F, "0.001"},
        {std::nullopt, "null"},
        {std::numeric_limits<float>::quiet_NaN(), "null"},
        {std::numeric_limits<float>::infinity(), "null"},
    };
    for (const auto& one : cases) {
        std::string out;
        append_number(out, one.number);
        CHECK(out == one.text);
    }
}

TEST_CASE("the longest numbers fit") {
    std::string out;
    append_number(out, std::numeric_limits<float>::max());
    CHECK(out == "340282346638528859811704183484516925440");
    out.clear();
    append_integer(out, std::numeric_limits<std::int64_t>::min());
    CHECK(out == "-9223372036854775808");
}
