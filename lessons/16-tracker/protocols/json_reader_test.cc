#include "protocols/json_reader.hh"

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

using namespace waymark::tracker;

namespace {

// Reads all of it, step by step, as a decoder would.
void walk(JsonReader& in) {
    std::string_view name;
    if (in.enter_object()) {
        while (in.next_member(name)) walk(in);
    } else if (in.enter_array()) {
        while (in.next_element()) walk(in);
    } else {
        in.value();
    }
}

bool is_read(std::string_view text) {
    JsonReader in(text);
    walk(in);
    return in.at_end();
}

JsonValue value_of(std::string_view text) {
    JsonReader in(text);
    return in.value();
}

std::string text_of(std::string_view text) {
    std::string space;
    return std::string(json_text(value_of(text), space));
}

}  // namespace

TEST_CASE("what JSON's grammar says of brackets, commas and colons is held") {
    for (const char* right :
         {"{}", "[]", " [ ] ", "{\"a\":1}", "{\"a\":{\"b\":[1,2,{}]},\"c\":null}", "[[],[[]]]",
          "[1 , 2]", "\"x\"", "7", "{\"a\\\"b\":\"c\\\\\"}"}) {
        INFO(right);
        CHECK(is_read(right));
        CHECK(nlohmann::json::accept(right));
    }
    for (const char* wrong : {"",          "{",          "[",          "{\"a\"}",
                              "{\"a\":}",  "{\"a\":1,}", "[1,]",       "[,1]",
                              "[1 2]",     "{a:1}",      "{\"a\":1}}", "[1]]",
                              "[1}",       "{\"a\":1]",  "\"x",        "{\"a\":\"x}",
                              "{\"a\" 1}", "{,}",        "[1,,2]",     "{\"a\":1 \"b\":2}",
                              "\"\\\"",    ":",          "{\"a\"::1}"}) {
        INFO(wrong);
        CHECK_FALSE(is_read(wrong));
        CHECK_FALSE(nlohmann::json::accept(wrong));
    }
}

TEST_CASE("each beginning of a message is refused") {
    const std::string whole = R"({"locations":[{"a":[1.5,"\u00e9\\"],"b":{"c":true}}]})";
    REQUIRE(is_read(whole));
    for (std::size_t i = 0; i < whole.size(); ++i) CHECK_FALSE(is_read(whole.substr(0, i)));
}

TEST_CASE("a structure is skipped whole, and not by brackets that do not match or are too many") {
    CHECK(value_of("{\"a\":[\"]}\",{}]} , 1").text == "{\"a\":[\"]}\",{}]}");
    CHECK(value_of("{\"a\":[}").kind == JsonKind::nothing);
    CHECK(value_of("[{]}").kind == JsonKind::nothing);
    const std::string deep =
        std::string(JsonReader::kDeepest, '[') + std::string(JsonReader::kDeepest, ']');
    CHECK(value_of(deep).kind == JsonKind::array);
    CHECK(value_of('[' + deep + ']').kind == JsonKind::nothing);
}

TEST_CASE("a text is decoded, and what stands for no letter becomes U+FFFD") {
    CHECK(text_of(R"("plain")") == "plain");
    CHECK(text_of(R"("  in blanks ")") == "in blanks");
    CHECK(text_of(R"("a\"b\\c\/d\n\t")") == "a\"b\\c/d\n");
    CHECK(text_of(R"("\u00e9\u20AC\ud83d\ude00")") == "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    CHECK(text_of(R"("\ud83d")") == "\xEF\xBF\xBD");
    CHECK(text_of(R"("\ud83d\u0041")") ==
          "\xEF\xBF\xBD"
          "A");
    CHECK(text_of(R"("\ude00")") == "\xEF\xBF\xBD");
    CHECK(text_of(R"("\uZZ")") == "\xEF\xBF\xBDZZ");
    CHECK(text_of("12.5") == "12.5");
    CHECK(text_of("true") == "true");
    CHECK(text_of("null").empty());
    CHECK(text_of("[1]").empty());
}

TEST_CASE("a number is one with or without quotes, and no other text is") {
    CHECK(json_number(value_of("-12.25")) == -12.25);
    CHECK(json_number(value_of("1.5e2")) == 150);
    CHECK(json_number(value_of("\" 7 \"")) == 7);
    for (const char* none : {"null", "true", "NaN", "1e999", "\"\"", "\"x\"", "[1]", "0x10", "+-1"})
        CHECK_MESSAGE(!json_number(value_of(none)), none);
    CHECK_FALSE(json_degrees(value_of("null")));
    CHECK(std::isnan(*json_degrees(value_of("\"48,1\""))));
    CHECK(std::isnan(*json_degrees(value_of("[1]"))));
    CHECK(json_flag(value_of("true")) == true);
    CHECK(json_flag(value_of("\"0\"")) == false);
    CHECK_FALSE(json_flag(value_of("7")));
}

TEST_CASE("of an object with too many members the first ones are kept") {
    std::string text = "{";
    for (int i = 0; i < 70; ++i)
        text += "\"m" + std::to_string(i) + "\":" + std::to_string(i) + ",";
    text += "\"last\":1}";
    JsonReader in(text);
    JsonMembers members;
    CHECK(members.read(in));
    CHECK(in.at_end());
    CHECK(json_number(members["m63"]) == 63);
    CHECK(members["m64"].kind == JsonKind::nothing);
}
