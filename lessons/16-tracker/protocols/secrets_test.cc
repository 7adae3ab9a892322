#include "protocols/secrets.hh"

#include <doctest/doctest.h>

#include "protocols/field_text.hh"
#include "protocols/tested_phone.hh"

using namespace waymark;
using namespace waymark::tracker;

namespace {

const std::string kToken(kTestedToken);

// Every byte as an escape.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out += '%';
        out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
        out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

// All that is stored of a message.
std::string stored_text(const Decoded& decoded) {
    std::string text;
    for (const Fix& fix : decoded.fixes) text += fix.extras + "\n";
    for (const Quarantined& point : decoded.quarantined) text += point.raw + "\n";
    return text;
}

}  // namespace

TEST_CASE("what names the device is not stored, however it is spelt and wherever it stands") {
    const std::string escaped_token = escaped(kToken);
    // Each is sent once as a point that can be stored, and once as one for quarantine.
    const TestedRequest requests[] = {
        {"/?id=" + kToken, "", {}},
        {"/?%74oken=" + kToken, "", {}},
        {"/?token=" + escaped_token, "", {}},
        {"/?deviceid=" + kToken, "", {}},
        {"/?TOKEN=" + kToken, "", {}},
        {"/?+id+=+" + kToken + "+", "", {}},
        {"/?id=x&id=" + kToken + "&token=" + kToken, "", {}},
        {"/?id=48241179&token=" + kToken, "", {}},
        {"/?id=" + kToken + "&key=" + kToken + "&%6Bey2=" + escaped_token, "", {}},
        {"/?id=" + kToken + "&url=http://h/osmand/" + kToken + "?a", "", {}},
        {"/?id=" + kToken + "&" + kToken + "=1&" + escaped_token, "", {}},
        {"/?id=" + kToken + "&event=" + kToken, "", {}},
        {"/?id=" + kToken + "&device_id=" + kToken, "", {}},
        {"/osmand/" + kToken + "?a=1", "", {}},
        {"/osmand/" + escaped_token + "?a=1&t=" + kToken, "", {}},
        {"/osmand/" + kToken + "/?id=" + kToken, "", {}},
        {"/osmand?token=" + kToken, "", {}},
        {"/", "id=" + kToken, {}},
        {"/", "%69%64=" + escaped_token + "&x=" + kToken, {}},
        {"/?id=" + kToken, "", {{"Authorization", "Bearer " + kToken}}},
    };
    for (const TestedRequest& request : requests) {
        INFO(request.target, " ", request.body);
        for (const std::string place : {"&lat=48.1&lon=11.5", "&lat=95&lon=11.5"}) {
            TestedRequest whole = request;
            (whole.body.empty() ? whole.target : whole.body) += place;
            const Decoded decoded = decode_tested(whole);
            if (request.target.find("id=48241179&") == std::string::npos)
                CHECK(decoded.fixes.size() + decoded.quarantined.size() == 1);
            const std::string text = stored_text(decoded);
            CHECK(text.find(kToken) == std::string::npos);
            CHECK(text.find(escaped_token) == std::string::npos);
        }
    }
}

TEST_CASE("an identifier that named the device is left out, too, for it may be a token") {
    const Decoded decoded = decode_tested({"/?id=48241179&lat=95&lon=1&who=48241179", "", {}});
    REQUIRE(decoded.quarantined.size() == 1);
    CHECK(decoded.quarantined[0].raw == "lat=95&lon=1");
}

TEST_CASE("a message in quarantine is decoded again to the same, but for what was wrong with it") {
    const Decoded first = decode_tested(
        {"/?id=48241179&lat=95&lon=11.5&speed=10&alarm=sos&note=Caf%C3%A9+%26+%25&timestamp="
         "1768478000",
         "",
         {}});
    REQUIRE(first.quarantined.size() == 1);
    Quarantined kept = first.quarantined[0];
    const KnownDevice device{1, SpeedUnit::protocol_default};
    Decoded again;
    decode_again(kept, device, kTestedNow, again);
    REQUIRE(again.quarantined.size() == 1);
    CHECK(again.quarantined[0].raw == kept.raw);
    // As a decoder would that knows what 95 degrees north was meant to be.
    kept.raw.replace(kept.raw.find("95"), 2, "48");
    decode_again(kept, device, kTestedNow, again);
    REQUIRE(again.fixes.size() == 1);
    CHECK(again.fixes[0].device == 1);
    CHECK(again.fixes[0].latitude_e7 == 480000000);
    CHECK(again.fixes[0].time_ms == 1768478000000);
    CHECK(again.fixes[0].speed_mps == doctest::Approx(5.1444));
    CHECK(again.fixes[0].extras == R"({"event":"sos","attributes":{"note":"Café & %"}})");
    kept.source = Source::unknown;
    decode_again(kept, device, kTestedNow, again);
    CHECK(again.status == 404);
}

TEST_CASE("a short name is looked for as a whole text, a long one within it") {
    CHECK(gives_away(" van ", "van"));
    CHECK_FALSE(gives_away("caravan", "van"));
    CHECK(gives_away("x48241179y", "48241179"));
    CHECK_FALSE(gives_away("anything", ""));
}

TEST_CASE("a form is cut between two fields, and broken fields are left out") {
    const auto form = [](std::string_view text, std::size_t most_bytes) {
        return form_without_secrets(text, "", most_bytes, [](std::string_view name) {
            return without_blanks(name) == "lat";
        });
    };
    CHECK(form("a=1&b=%zz&c=%20", 100) == "a=1&c=%20");
    CHECK(form("a=1&b=22&c=3", 8) == "a=1&b=22");
    CHECK(form("a=1&b=22&c=3", 7) == "a=1&c=3");
    CHECK(form("a=1&lat=48&c=3", 14) == "a=1&lat=48&c=3");
    CHECK(form("a=1&+lat=48&c=3", 10) == "lat=48&a=1");
    CHECK(form("a=1&lat=48&c=3", 5) == "a=1");
}

TEST_CASE("of a form that is too long for quarantine all that decides is kept, where it stands") {
    const std::string decides = "lat=48.77&lon=11.55&timestamp=1768828400&speed=10";
    const std::string letters = "note=" + std::string(40'000, 'x');
    const std::string slashes = "note=" + std::string(12'000, '/');  // each becomes %2F
    for (const std::string& text : {letters + "&" + decides, decides + "&" + letters,
                                    slashes + "&" + decides, decides + "&" + slashes}) {
        const Decoded decoded = decode_tested({"/", "id=48241179&" + text, {}});
        REQUIRE(decoded.quarantined.size() == 1);
        CHECK(decoded.quarantined[0].raw == decides);
        Decoded again;
        decode_again(decoded.quarantined[0], {1, SpeedUnit::protocol_default},
                     kTestedNow + 30LL * 86'400'000, again);
        REQUIRE(again.fixes.size() == 1);
        CHECK(again.fixes[0].time_ms == 1768828400000);
    }
    // The largest that the limits on fields and bodies let through.
    std::string many = "id=48241179";
    for (int i = 0; i < 61; ++i) many += "&lat=" + std::string(1000, '/');
    many += "&lat=95&lon=7";
    const Decoded decoded = decode_tested({"/", many, {}});
    REQUIRE(decoded.quarantined.size() == 1);
    CHECK(decoded.quarantined[0].raw.ends_with("&lat=95&lon=7"));
    CHECK(decoded.quarantined[0].raw.size() <= kMaximumRaw);
}

TEST_CASE("a place is kept also where the device is called like it") {
    MemoryDirectory devices;
    devices.add({{1, SpeedUnit::protocol_default}, std::nullopt, {"95"}});
    const auto raw_of = [&](std::string_view query, std::string_view body) {
        net::http::Request request;
        request.method = "POST";
        request.path = "/";
        request.query = query;
        request.body = body;
        Decoded decoded;
        decode(request, devices, kTestedNow, decoded);
        return decoded.quarantined.at(0).raw;
    };
    CHECK(raw_of("id=95&lat=95&lon=11&note=95", "") == "lat=95&lon=11");
    CHECK(raw_of("", R"({"device_id":"95","location":{"coords":{"latitude":95,"longitude":11}}})") ==
          R"({"location":{"coords":{"latitude":95,"longitude":11}}})");
}
