#include "protocols/traccar_json.hh"

#include <doctest/doctest.h>

#include <string>

#include "protocols/secrets.hh"
#include "protocols/tested_phone.hh"

using namespace waymark::tracker;

namespace {

Decoded decode_json(const std::string& body, const std::string& type = "application/json") {
    return decode_tested({"/", body, {{"Content-Type", type}}, "POST"});
}

// A message with one location, whose members are `location`.
std::string message(const std::string& location) {
    return R"({"device_id":"48241179","location":{"timestamp":"2026-01-15T11:00:00Z",)" + location +
           "}}";
}

std::string nested(int levels) {
    return std::string(static_cast<std::size_t>(levels), '[') +
           std::string(static_cast<std::size_t>(levels), ']');
}

}  // namespace

TEST_CASE("JSON is claimed by its content type, and without one by its shape") {
    const std::string body = message(R"("coords":{"latitude":48.1,"longitude":11.5})");
    for (const std::string type : {"application/json", "Application/JSON ; charset=utf-8",
                                   "application/x-www-form-urlencoded", "text/plain", ""}) {
        INFO(type);
        CHECK(decode_json(body, type).fixes.size() == 1);
    }
    CHECK(decode_json(" \r\n" + body, "").fixes.size() == 1);
    CHECK(decode_json("no object").error == "bad_json");
    CHECK(decode_json("[1]").error == "bad_json");
    // The query is the message where there is one, and a form stays a form.
    CHECK(decode_tested({"/?id=48241179&lat=1&lon=2", body, {}, "POST"}).fixes.at(0).latitude_e7 ==
          10000000);
    CHECK(decode_json("id=48241179&lat=1&lon=2", "text/plain").fixes.size() == 1);
}

TEST_CASE("the battery may stand beside the location, and is a part of one there") {
    const Decoded decoded =
        decode_json(R"({"location":{"coords":{"latitude":47.785,"longitude":9.61}},)"
                    R"("battery":{"level":0.88},"device_id":48241179})");
    REQUIRE(decoded.fixes.size() == 1);
    CHECK(decoded.fixes[0].battery_percent == doctest::Approx(88));
    CHECK(decoded.fixes[0].time_ms == kTestedNow);
}

TEST_CASE("what is of another type is unknown, and the point stays") {
    for (const std::string value : {"null", "\"fast\"", "\"3,5\"", "{}", "[1]", "true", "-1"}) {
        INFO(value);
        const Decoded decoded = decode_json(
            message(R"("coords":{"latitude":48.1,"longitude":"11.5","speed":)" + value +
                    R"(,"heading":)" + value + R"(,"accuracy":)" + value + R"(},"battery":)" +
                    value + R"(,"extras":)" + value + R"(,"activity":)" + value));
        REQUIRE(decoded.fixes.size() == 1);
        CHECK(decoded.fixes[0].longitude_e7 == 115000000);
        CHECK_FALSE(decoded.fixes[0].speed_mps.has_value());
        CHECK_FALSE(decoded.fixes[0].course_deg.has_value());
        CHECK_FALSE(decoded.fixes[0].battery_percent.has_value());
        CHECK(decoded.fixes[0].extras.empty());
    }
}

TEST_CASE("a place or a time of another type sends its point to quarantine") {
    CHECK(decode_json(message(R"("coords":{"latitude":{},"longitude":11.5})"))
              .quarantined.at(0)
              .reason == "not_finite");
    CHECK(decode_json(message(R"("coords":{"latitude":48.1})")).quarantined.at(0).reason ==
          "missing_lon");
    CHECK(decode_json(message(R"("timestamp":[],"coords":{"latitude":48.1,"longitude":1})"))
              .quarantined.at(0)
              .reason == "bad_time");
    CHECK(decode_json(message(R"("timestamp":"2026-02-31T00:00:00Z",)"
                              R"("coords":{"latitude":48.1,"longitude":1})"))
              .quarantined.at(0)
              .reason == "bad_time");
}

TEST_CASE("a location without coordinates, and none, are a heartbeat") {
    for (const std::string& body :
         {message(R"("battery":{"level":0.5})"),
          message(R"("coords":null,"battery":{"level":0.5})"),
          std::string(R"({"device_id":"48241179","battery":{"level":0.5}})"),
          std::string(R"({"device_id":"48241179","location":7,"battery":{"level":0.5}})")}) {
        INFO(body);
        const Decoded decoded = decode_json(body);
        REQUIRE(decoded.heartbeat.has_value());
        CHECK(decoded.heartbeat->battery_percent == 50.0F);
        CHECK(decoded.fixes.empty());
    }
}

TEST_CASE("each location of a list has its index in quarantine") {
    const Decoded decoded = decode_json(
        R"({"device_id":"48241179","location":[{},{"coords":{"latitude":1,"longitude":2}},)"
        R"({"coords":{"latitude":95,"longitude":2}}]})");
    CHECK(decoded.fixes.size() == 1);
    REQUIRE(decoded.quarantined.size() == 1);
    CHECK(decoded.quarantined[0].index == 2);
}

TEST_CASE("what is nested deeply costs itself, and ends nothing") {
    const auto deep = [](int levels) {
        return decode_json(
            message(R"("coords":{"latitude":48.1,"longitude":11.5},"x":)" + nested(levels)));
    };
    CHECK(deep(10).fixes.size() == 1);
    CHECK(deep(17).fixes.size() == 1);
    CHECK(deep(30'000).fixes.size() == 1);
    CHECK(decode_json("{" + std::string(60'000, '[')).error == "bad_json");
    CHECK(decode_json(message(R"("coords":)" + nested(20))).heartbeat.has_value());
    const Decoded kept =
        decode_json(message(R"("coords":{"latitude":95,"longitude":11.5},"x":)" + nested(1000)));
    CHECK(kept.quarantined.at(0).raw.size() < 200);
}

TEST_CASE("a value that no parser takes costs itself, and not the batch") {
    const std::string good =
        R"({"timestamp":1768475000,"coords":{"latitude":48.1,"longitude":11.5}})";
    const auto batch = [&](const std::string& coords, const std::string& beside) {
        return decode_json(
            R"({"device_id":"48241179","location":[)" + good +
            R"(,{"timestamp":1768475001,"coords":{"latitude":48.2,"longitude":11.5)" + coords +
            "}" + beside + "}]}");
    };
    for (const std::string value :
         {"1e999", "-1e999", "NaN", "Infinity", "-Infinity", "undefined", "+5", "012", "."}) {
        INFO(value);
        const Decoded decoded = batch(R"(,"altitude":)" + value, "");
        CHECK(decoded.status == 200);
        CHECK(decoded.fixes.size() == 2);
        const Decoded no_place = decode_json(
            R"({"device_id":"48241179","location":{"coords":{"latitude":48,"longitude":)" + value +
            "}}}");
        CHECK(no_place.fixes.size() + no_place.quarantined.size() == 1);
    }
    CHECK(decode_json(message(R"("coords":{"latitude":1e999,"longitude":1e999})"))
              .quarantined.at(0)
              .reason == "not_finite");
    const std::pair<const char*, const char*> texts[] = {
        {"\\ud800", "\xEF\xBF\xBD"},
        {"\\udc00x", "\xEF\xBF\xBDx"},
        {"\\ud83d\\udccd", "\xF0\x9F\x93\x8D"},
        {"\\ud83d\\u0041",
         "\xEF\xBF\xBD"
         "A"},
        {"a\xFFz", "a\xEF\xBF\xBDz"},
        {"\\x41", "\xEF\xBF\xBDx41"},
        {"\\u12", "\xEF\xBF\xBDu12"},
        {"\\\\ NaN \\\"", R"(\\ NaN \")"},
    };
    for (const auto& [sent, kept] : texts) {
        INFO(sent);
        const Decoded decoded =
            batch(R"(,"altitude":NaN)", std::string(R"(,"extras":{"note":")") + sent + "\"}");
        REQUIRE(decoded.fixes.size() == 2);
        CHECK(decoded.fixes[1].extras == std::string(R"({"attributes":{"note":")") + kept + "\"}}");
    }
    // A newline in a text is kept, as JSON writes it.
    CHECK(batch("", ",\"extras\":{\"note\":\"a\nb\"}").fixes.at(1).extras ==
          R"({"attributes":{"note":"a\u000ab"}})");
    // What was cut off is refused wherever the cut is, also beside such a value.
    const std::string whole = R"({"device_id":"48241179","location":{"x":NaN,"y":"\ud800\\"}})";
    for (std::size_t size = 1; size < whole.size(); ++size)
        CHECK(decode_json(whole.substr(0, size)).error == "bad_json");
}

TEST_CASE("what is kept of a message decodes again, without the device's name") {
    const std::string token(kTestedToken);
    const Decoded first = decode_json(
        R"({"device_id":")" + token + R"(","battery":{"level":0.5},"location":{"_":"&id=)" + token +
        R"(&","coords":{"latitude":95,"longitude":2,"speed":10},"extras":{"Token":"x","a":")" +
        token + R"(","b":"note"},"event":"sos"}})");
    REQUIRE(first.quarantined.size() == 1);
    Quarantined kept = first.quarantined[0];
    CHECK(kept.raw.find(token) == std::string::npos);
    CHECK(kept.raw.find("Token") == std::string::npos);
    kept.raw.replace(kept.raw.find("95"), 2, "48");
    Decoded again;
    decode_again(kept, {1, SpeedUnit::protocol_default}, kTestedNow, again);
    REQUIRE(again.fixes.size() == 1);
    CHECK(again.fixes[0].speed_mps == 10.0F);
    CHECK(again.fixes[0].battery_percent == 50.0F);
    CHECK(again.fixes[0].time_ms == kTestedNow);
    CHECK(again.fixes[0].extras == R"({"event":"sos","attributes":{"b":"note"}})");
}

TEST_CASE("the token is not in the extras of a fix, wherever it stood") {
    const std::string token(kTestedToken);
    const Decoded decoded = decode_json(
        R"({"device_id":")" + token + R"(","location":{"event":")" + token + R"(","_":"id=)" +
        token + R"(","coords":{"latitude":8,"longitude":2},"extras":{"id":"1","a":")" + token +
        R"("}}})");
    REQUIRE(decoded.fixes.size() == 1);
    CHECK(decoded.fixes[0].extras.empty());
}

TEST_CASE("of a location that is too large for quarantine the place is kept") {
    const std::string large = "\"" + std::string(kMaximumRaw, 'x') + "\"";
    const Decoded decoded =
        decode_json(message(R"("coords":{"latitude":95,"longitude":2},"x":)" + large));
    REQUIRE(decoded.quarantined.size() == 1);
    const std::string& raw = decoded.quarantined[0].raw;
    CHECK(raw.find("95") != std::string::npos);
    CHECK(raw.find("2026-01-15T11:00:00Z") != std::string::npos);
    CHECK(raw.find("xxx") == std::string::npos);
    const auto kept = [](const std::string& text) {
        return decode_json(text).quarantined.at(0).raw;
    };
    // The members that decide are kept wherever the large one stands, and of a large one its
    // beginning.
    CHECK(kept(message(R"("coords":{"latitude":95,"longitude":2,"x":)" + large + "}")) ==
          R"({"location":{"coords":{"latitude":95,"longitude":2},)"
          R"("timestamp":"2026-01-15T11:00:00Z"}})");
    std::string umlauts = "a";
    for (std::size_t i = 0; i < kMaximumRaw; ++i) umlauts += "\xC3\xBC";
    CHECK(kept(message(R"("coords":{"latitude":95,"longitude":")" + umlauts + "\"}"))
              .starts_with(R"({"location":{"coords":{"latitude":95,"longitude":"aü)"));
    CHECK(kept(message(R"("coords":{"latitude":95,"longitude":[)" + large + "]}"))
              .find(R"("longitude":"[\"xxx)") != std::string::npos);
}
