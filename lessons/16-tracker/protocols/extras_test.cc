#include "protocols/extras.hh"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace waymark::tracker;

TEST_CASE("nothing added leaves the text empty") {
    std::string text;
    ExtrasWriter writer(text);
    writer.add_attributes({});
    writer.finish();
    CHECK(text.empty());
}

TEST_CASE("columns and attributes become one JSON object") {
    std::string text;
    ExtrasWriter writer(text);
    writer.add_text("event", "sos");
    writer.add_flag("charging", true);
    writer.add_number("hdop", 6.0);
    const Attribute attributes[] = {{"eta", "17"}, {"wifi", "a"}, {"wifi", "b"}};
    writer.add_attributes(attributes);
    writer.finish();
    CHECK(nlohmann::json::parse(text) ==
          nlohmann::json::parse(R"({"event":"sos","charging":true,"hdop":6.0,
                                    "attributes":{"eta":"17","wifi":["a","b"]}})"));
}

TEST_CASE("any bytes become a string that a JSON reader accepts") {
    std::string all_bytes;
    for (int byte = 0; byte < 256; ++byte) all_bytes += static_cast<char>(byte);
    for (const std::string& bytes :
         {all_bytes, std::string("Caf\xC3\xA9 \xF0\x9F\x9A\xB2"), std::string("\xC0\x80"),
          std::string("\xED\xA0\x80"), std::string("\xF4\x90\x80\x80"), std::string("\xE2\x82")}) {
        std::string text;
        append_json_string(text, bytes);
        CHECK_NOTHROW(static_cast<void>(nlohmann::json::parse(text)));
    }
    std::string text;
    append_json_string(text, "Caf\xC3\xA9 \"x\"\\");
    CHECK(nlohmann::json::parse(text) == "Caf\xC3\xA9 \"x\"\\");
}

TEST_CASE("attributes beyond the limit are left out whole") {
    const std::string large(kMaximumExtras - 10, 'x');
    std::string text;
    ExtrasWriter writer(text);
    const Attribute attributes[] = {{"large", large}, {"small", "123456"}};
    writer.add_attributes(attributes);
    writer.finish();
    const nlohmann::json object = nlohmann::json::parse(text);
    CHECK(object["attributes"].contains("large"));
    CHECK_FALSE(object["attributes"].contains("small"));
}
