#include "web_app/phone_setup.hh"

#include <doctest/doctest.h>
#include <sodium.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "protocols/credentials.hh"
#include "protocols/tested_phone.hh"
#include "web_app/base64.hh"

using namespace waymark::tracker;
using nlohmann::json;

namespace {

constexpr const char* kUrl = "http://192.0.2.1:5055";

SetupFacts facts() {
    return {kUrl, std::string(kTestedToken), {"48241179", "alice/phone"}, "broker:1883", "5005"};
}

PhoneSetup setup_of(const std::string& key, const SetupFacts& known = facts()) {
    for (const PhoneSetup& setup : phone_setups(known))
        if (setup.key == key) return setup;
    FAIL("no setup " << key);
    return {};
}

std::string setup_field(const PhoneSetup& setup, const std::string& label) {
    for (const SetupField& each : setup.fields)
        if (each.label == label) return each.value;
    FAIL("no field " << label << " for " << setup.name);
    return {};
}

// The path and what follows, as the app asks this server for it.
std::string target_of(const std::string& url) {
    REQUIRE(url.starts_with(kUrl));
    const std::string rest = url.substr(std::string(kUrl).size());
    return rest.empty() ? "/" : rest;
}

std::string filled_setup(std::string text,
                         std::initializer_list<std::pair<const char*, const char*>> in) {
    for (const auto& [place, value] : in)
        for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place))
            text.replace(at, std::string(place).size(), value);
    return text;
}

void check_is_heard(const TestedRequest& request) {
    const Decoded decoded = decode_tested(request);
    INFO(request.target << ' ' << decoded.status << ' ' << decoded.error);
    CHECK(decoded.status == 200);
    REQUIRE(decoded.fixes.size() == 1);
    CHECK(decoded.fixes[0].device == 1);
    CHECK(decoded.fixes[0].latitude_e7 == 481'000'000);
}

std::string authorization(const std::string& user, const std::string& password) {
    return "Basic " + to_base64(user + ":" + password);
}

// What a link carries as base64, with its percent escapes.
json config_in(const std::string& link) {
    std::string scratch;
    const std::string encoded(
        *waymark::net::http::percent_decode(link.substr(link.find('=') + 1), scratch));
    std::string bytes(encoded.size(), '\0');
    std::size_t size = 0;
    REQUIRE(::sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                encoded.data(), encoded.size(), nullptr, &size, nullptr,
                                sodium_base64_VARIANT_ORIGINAL) == 0);
    return json::parse(bytes.substr(0, size));
}

constexpr const char* kPlace = "lat=48.1&lon=11.5&timestamp=1768478000";
constexpr const char* kRecord = R"({"_type":"location","lat":48.1,"lon":11.5,"tst":1768478000})";

}  // namespace

TEST_CASE("what stands there for Traccar Client, typed or scanned, is heard") {
    const PhoneSetup setup = setup_of("traccar");
    const std::string url = setup_field(setup, "Server URL");
    const std::string name = setup_field(setup, "Device identifier");
    check_is_heard({target_of(url) + "?id=" + name + "&" + kPlace, "", {}});
    check_is_heard({target_of(url),
                    R"({"device_id":")" + name +
                        R"(","location":{"timestamp":"2026-01-15T11:00:00Z",)"
                        R"("coords":{"latitude":48.1,"longitude":11.5}}})",
                    {{"Content-Type", "application/json"}},
                    "POST"});
    CHECK(setup.code == std::string(kUrl) + "/?id=" + std::string(kTestedToken));
    check_is_heard({target_of(setup.code) + "&" + kPlace, "", {}});
}

TEST_CASE("what stands there for apps with an address of their own is heard") {
    check_is_heard(
        {filled_setup(target_of(setup_field(setup_of("osmand"), "Online tracking web address")),
                      {{"{0}", "48.1"},
                       {"{1}", "11.5"},
                       {"{2}", "1768478000000"},
                       {"{3}", "5"},
                       {"{4}", "500"},
                       {"{5}", "1"},
                       {"{6}", "90"}}),
         "",
         {}});
    check_is_heard(
        {filled_setup(target_of(setup_field(setup_of("gpslogger"), "URL")), {{"%ALL", kPlace}}),
         "",
         {}});
    check_is_heard(
        {filled_setup(target_of(setup_field(setup_of("phonetrack"), "Address")),
                      {{"%LAT", "48.1"}, {"%LON", "11.5"}, {"%TIMESTAMP", "1768478000"}}),
         "",
         {}});
    check_is_heard({target_of(setup_field(setup_of("colota"), "Endpoint")),
                    R"({"lat":48.1,"lon":11.5,"tst":1768478000})",
                    {},
                    "POST"});
}

TEST_CASE("what stands there for OwnTracks is heard, and its link says the same") {
    const PhoneSetup setup = setup_of("owntracks-http");
    const std::string basic =
        authorization(setup_field(setup, "UserID or user name"), setup_field(setup, "Password"));
    check_is_heard(
        {target_of(setup_field(setup, "URL")), kRecord, {{"Authorization", basic}}, "POST"});
    const json config = config_in(setup.link);
    CHECK(config["_type"] == "configuration");
    CHECK(config["mode"] == 3);
    CHECK(config["url"] == setup_field(setup, "URL"));
    CHECK(config["password"] == setup_field(setup, "Password"));
    CHECK(config["username"] == setup_field(setup, "UserID or user name"));
    CHECK(setup.code == setup.link);
    const PhoneSetup mqtt = setup_of("owntracks-mqtt");
    CHECK(setup_field(mqtt, "UserID or user name") == "alice");
    CHECK(setup_field(mqtt, "Device ID") == "phone");
    CHECK(setup_field(mqtt, "Host and port") == "broker:1883");
    CHECK(setup_field(mqtt, "TLS") == "off");
    SetupFacts secured = facts();
    secured.mqtt = "mqtts://broker.example";
    CHECK(setup_field(setup_of("owntracks-mqtt", secured), "Host and port") ==
          "broker.example:8883");
    CHECK(setup_field(setup_of("owntracks-mqtt", secured), "TLS") == "on");
}

TEST_CASE("what stands there for Overland, typed or clicked, is heard") {
    const PhoneSetup setup = setup_of("overland");
    constexpr const char* kBatch =
        R"({"locations":[{"type":"Feature","geometry":{"type":"Point","coordinates":[11.5,48.1]},)"
        R"("properties":{"timestamp":"2026-01-15T11:00:00Z"}}]})";
    check_is_heard({target_of(setup_field(setup, "Receiver Endpoint")),
                    kBatch,
                    {{"Authorization", "Bearer " + setup_field(setup, "Access Token")}},
                    "POST"});
    CHECK(setup.link == "overland://setup?url=http%3A%2F%2F192.0.2.1%3A5055%2Foverland&token=" +
                            std::string(kTestedToken));
}

TEST_CASE("Colota's link carries an endpoint and a token that are heard") {
    const json config = config_in(setup_of("colota").link);
    check_is_heard(
        {target_of(config["endpoint"]),
         R"({"lat":48.1,"lon":11.5,"tst":1768478000})",
         {{"Authorization", "Bearer " + config["auth"]["bearerToken"].get<std::string>()}},
         config["httpMethod"]});
}

TEST_CASE("apps that log in are let in with what stands there") {
    const PhoneSetup ulogger = setup_of("ulogger");
    const Decoded in =
        decode_tested({target_of(setup_field(ulogger, "Server URL")) + "client/index.php",
                       "action=auth&user=" + setup_field(ulogger, "User name") +
                           "&pass=" + setup_field(ulogger, "Password"),
                       {{"Content-Type", "application/x-www-form-urlencoded"}},
                       "POST"});
    CHECK(in.status == 200);
    CHECK(json::parse(in.body)["error"] == false);
    const PhoneSetup hauk = setup_of("hauk");
    const Decoded share =
        decode_tested({target_of(setup_field(hauk, "Server URL")) + "api/create.php",
                       "dur=3600&int=1&mod=0&pwd=" + setup_field(hauk, "Password"),
                       {{"Content-Type", "application/x-www-form-urlencoded"}},
                       "POST"});
    CHECK(share.body.starts_with("OK\n"));
}

TEST_CASE("server, port, path and number stand apart for those who want them so") {
    const PhoneSetup opengts = setup_of("opengts");
    CHECK(setup_field(opengts, "Server") == "192.0.2.1");
    CHECK(setup_field(opengts, "Port") == "5055");
    CHECK(setup_field(opengts, "Server path") == "/opengts");
    check_is_heard({setup_field(opengts, "Server path") +
                        "?id=" + setup_field(opengts, "Device ID") +
                        "&gprmc=$GPRMC,110000,A,4806.0000,N,01130.0000,E,0.0,0.0,150126,,*0D",
                    "",
                    {}});
    const PhoneSetup nmea = setup_of("nmea");
    CHECK(setup_field(nmea, "Port, TCP or UDP") == "5005");
    CHECK(setup_field(nmea, "Number (IMEI)") == "48241179");
    SetupFacts secure = facts();
    secure.url = "https://[2001:db8::1]/way";
    CHECK(setup_field(setup_of("opengts", secure), "Server") == "[2001:db8::1]");
    CHECK(setup_field(setup_of("opengts", secure), "Port") == "443");
    CHECK(setup_field(setup_of("opengts", secure), "Server path") == "/way/opengts");
}

TEST_CASE("without a token nothing is shown that would need it") {
    SetupFacts known = facts();
    known.token.clear();
    for (const PhoneSetup& setup : phone_setups(known)) {
        INFO(setup.name);
        if (setup.key == "traccar") {
            CHECK(setup_field(setup, "Device identifier") == "48241179");
            CHECK_FALSE(setup.note.empty());
        } else if (setup.needs == "token") {
            CHECK(setup.fields.empty());
            CHECK(setup.link.empty());
            CHECK(setup.code.empty());
        }
    }
    CHECK(setup_of("osmand", known).needs == "token");
    known.identifiers.clear();
    CHECK(setup_of("traccar", known).needs == "token");
    CHECK(setup_of("nmea", known).needs == "identifier");
    CHECK(setup_of("owntracks-mqtt", known).needs == "identifier");
}

TEST_CASE("what this server does not do is said, and how it would") {
    SetupFacts known = facts();
    known.mqtt.clear();
    known.nmea_port.clear();
    CHECK(setup_of("owntracks-mqtt", known).needs == "server");
    CHECK(setup_of("owntracks-mqtt", known).note.find("--mqtt") != std::string::npos);
    CHECK(setup_of("nmea", known).needs == "server");
    CHECK(setup_of("nmea", known).note.find("--listen-nmea") != std::string::npos);
}

TEST_CASE("every app has fields, and its links go to it and to nobody else") {
    for (const PhoneSetup& setup : phone_setups(facts())) {
        INFO(setup.name);
        CHECK(setup.needs.empty());
        CHECK_FALSE(setup.fields.empty());
        CHECK_FALSE(setup.where.empty());
        CHECK_FALSE(setup.systems.empty());
        if (!setup.link.empty())
            CHECK(setup.link.substr(0, setup.link.find(':')) ==
                  setup.key.substr(0, setup.key.find('-')));
        CHECK(setup.code.empty() == setup.code_advice.empty());
    }
}

TEST_CASE("an address for phones is http with a host, and nothing that could be misread") {
    for (const char* good : {"http://192.0.2.1:5055", "https://home.example", "http://[::1]:5055",
                             "https://home.example/way/mark"})
        CHECK(problem_with_url(good).empty());
    for (const char* wrong :
         {"", "192.0.2.1:5055", "ftp://home.example", "http://", "http:///x", "http://a b",
          "http://home.example/", "http://home.example?x", "http://home.example/#x",
          "http://u:p@home.example", "http://home.example/\"><img>", "http://home.example:99999",
          "http://home.example/a%2Fb", "javascript:alert(1)", "http://h\xC3\xB6me.example"}) {
        INFO(wrong);
        CHECK_FALSE(problem_with_url(wrong).empty());
    }
    CHECK_FALSE(problem_with_url("http://" + std::string(200, 'a')).empty());
}
