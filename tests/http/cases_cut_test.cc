// The bytes of every case in http_cases.json, cut in two at every place: the parser must read the
// same from them.

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "net/http/transcript.hh"

using namespace waymark::net::http;

namespace {

constexpr std::size_t kBodyLimit = 1000;
// What a case repeats a million times is of no interest here after the limits are passed.
constexpr std::size_t kMostBytes = 40'000;

// The texts of a case are one byte a character; JSON holds those above 7F as two.
std::string latin1_bytes(const std::string& utf8) {
    std::string bytes;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto byte = static_cast<unsigned char>(utf8[i]);
        if (byte < 0x80 || i + 1 == utf8.size())
            bytes.push_back(utf8[i]);
        else
            bytes.push_back(static_cast<char>((byte & 3) << 6 | (utf8[++i] & 0x3F)));
    }
    return bytes;
}

std::string bytes_of(const nlohmann::json& test_case) {
    std::string bytes;
    for (const nlohmann::json& step : test_case.at("send")) {
        if (step.is_string()) bytes += latin1_bytes(step.get<std::string>());
        if (!step.is_object()) continue;
        if (step.contains("drip")) bytes += latin1_bytes(step["drip"].get<std::string>());
        if (!step.contains("repeat")) continue;
        const std::string text = latin1_bytes(step["repeat"].get<std::string>());
        for (int i = 0; i < step["times"].get<int>() && bytes.size() < kMostBytes; ++i)
            bytes += text;
    }
    return bytes.substr(0, kMostBytes);
}

std::string read_cut_at(std::string_view bytes, std::size_t position) {
    Transcript transcript(kBodyLimit);
    transcript.feed(bytes.substr(0, position));
    transcript.feed(bytes.substr(position));
    return transcript.text();
}

}  // namespace

TEST_CASE("every case is read the same wherever it is cut") {
    std::ifstream file(HTTP_CASES);
    REQUIRE_MESSAGE(file, HTTP_CASES);
    const nlohmann::json cases = nlohmann::json::parse(file).at("cases");
    CHECK(cases.size() > 200);
    for (const nlohmann::json& test_case : cases) {
        CAPTURE(test_case["name"].get<std::string>());
        const std::string bytes = bytes_of(test_case);
        const std::string whole = read_cut_at(bytes, bytes.size());
        std::size_t different = 0;
        // A long case is cut everywhere in its first part, and here and there in the rest.
        for (std::size_t at = 0; at < bytes.size(); at += at < 2000 ? 1 : 101)
            different += read_cut_at(bytes, at) != whole;
        CHECK(different == 0);
    }
}
