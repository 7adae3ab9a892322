#include "formats/json_records.hh"

#include <doctest/doctest.h>

#include <algorithm>

#include "daemon/error.hh"

using namespace waymark::tracker;

namespace {

struct Case {
    const char* document;
    const char* records;  // PATH@LINE TEXT; of the paths "a[]", "b.c[]" and "[]"; W is the whole
};

std::string records_of(std::string_view text, std::size_t part) {
    std::string found;
    JsonRecords records(
        {"a[]", "b.c[]", "[]"},
        {.on_record =
             [&](std::string_view record, std::size_t path, std::uint64_t line) {
                 found += (path == JsonRecords::kWhole ? "W" : std::to_string(path)) + "@" +
                          std::to_string(line) + " " + std::string(record) + " ";
             },
         .on_too_long =
             [&](std::uint64_t line) { found += "too long at " + std::to_string(line) + " "; }},
        JsonRecords::Whole::take);
    try {
        for (; !text.empty(); text.remove_prefix(std::min(part, text.size())))
            records.read(text.substr(0, part));
        records.end();
    } catch (const waymark::daemon::UsageError& error) {
        found += error.what();
    }
    return found;
}

}  // namespace

TEST_CASE("records are cut out of what is around them, however the bytes are cut") {
    const Case cases[] = {
        {R"({"a":[{"x":1},{"y":[{}]}],"z":{"a":[{"no":1}]}})", R"(0@1 {"x":1} 0@1 {"y":[{}]} )"},
        {"{\"b\":\n{\"c\":[\n{\"x\":1}]}}", "1@3 {\"x\":1} "},
        {R"([{"x":"}]{["},7,{"y":"\"}"}])", R"(2@1 {"x":"}]{["} 2@1 {"y":"\"}"} )"},
        {R"({"x":"a[]","y":{"a":[{}]}})", R"(W@1 {"x":"a[]","y":{"a":[{}]}} )"},
        {"{\"x\":1}\n{\"a\":[{}]}\n\x1e{\"y\":\"\\\\\"}",
         "W@1 {\"x\":1} 0@2 {} W@3 {\"y\":\"\\\\\"} "},
        {R"({"a":{"x":1},"a":[[{"x":2}]]})", R"(W@1 {"a":{"x":1},"a":[[{"x":2}]]} )"},
        {R"([[{"x":1}]])", ""},
        {"", ""},
        {R"({"a":[{"x":1},{"y")",
         R"(0@1 {"x":1} line 1: the file ends in the middle; it was cut off)"},
        {R"({"a":[{"x":1}}])", R"(0@1 {"x":1} line 1: a bracket closes that was not opened)"},
        {"\n]", "line 2: a bracket closes that was not opened"},
    };
    for (const Case& each : cases)
        for (const std::size_t part : {1U, 3U, 1000U}) {
            CAPTURE(each.document);
            CHECK(records_of(each.document, part) == each.records);
        }
}

TEST_CASE("what is too long is passed over, and nesting has an end") {
    const std::string text(JsonRecords::kLongest, 'x');
    CHECK(records_of("{\"a\":[{\"x\":1},\n{\"x\":\"" + text + "\"},{\"y\":2}]}", 10'000) ==
          "0@1 {\"x\":1} too long at 2 0@2 {\"y\":2} ");
    CHECK(records_of("{\"x\":\"" + text + "\"}", 10'000) == "too long at 1 ");
    CHECK(records_of(std::string(JsonRecords::kDeepest + 1, '['), 10) ==
          "line 1: brackets are nested too deep");
    // In a record it is JsonReader that looks; here it costs no memory but the text's own.
    CHECK(records_of("[{\"x\":" + std::string(1000, '['), 10) ==
          "line 1: the file ends in the middle; it was cut off");
}
