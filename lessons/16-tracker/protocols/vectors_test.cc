// Runs protocols/vectors.json: each vector is a request and what must come of it. Only the
// properties a vector names are compared, with the tolerances of what phones print.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "memory_directory.hh"
#include "net/http/url.hh"
#include "protocol.hh"
#include "protocols/gpsd.hh"
#include "protocols/nmea_stream.hh"
#include "protocols/owntracks.hh"
#include "protocols/session.hh"
#include "protocols/time_text.hh"

using namespace waymark;
using namespace waymark::tracker;
using nlohmann::json;

namespace {

struct VectorFile {
    json content;
    MemoryDirectory directory;
    std::map<std::string, DeviceNumber> numbers;
    UnixMillis now = 0;
};

// The topic's USER/DEVICE is an identifier.
void fill_owntracks(const json& owntracks, DirectoryEntry& entry) {
    entry.identifiers.push_back(owntracks["user"].get<std::string>() + "/" +
                                owntracks["device"].get<std::string>());
    if (!owntracks.contains("secretbox_passphrase")) return;
    const std::string phrase = owntracks["secretbox_passphrase"];
    std::copy(phrase.begin(), phrase.end(), entry.box_key.emplace().begin());
}

// Whoever shares has been somewhere.
void share(const json& shares, VectorFile& file) {
    for (const json& each : shares) {
        const DeviceNumber seen = file.numbers.at(each["from"]);
        file.directory.befriend(file.numbers.at(each["to"]), seen);
        file.directory.note_place({seen, file.now, 593'293'000, 180'686'000, {}});
    }
}

VectorFile load() {
    const std::string path = PROTOCOLS_DIR "/vectors.json";
    VectorFile file;
    std::ifstream stream(path);
    REQUIRE_MESSAGE(stream, path);
    file.content = json::parse(stream);
    const json& fixture = file.content["fixture"];
    file.now = *parse_time(fixture["server_now"].get<std::string>());
    for (const auto& [name, device] : fixture["devices"].items()) {
        DirectoryEntry entry;
        entry.device.number = static_cast<DeviceNumber>(file.numbers.size() + 1);
        file.numbers[name] = entry.device.number;
        if (device.contains("token"))
            entry.token_hash = hash_token(device["token"].get<std::string>());
        for (const char* key : {"traccar_id", "nmea_id", "opengts_id"})
            if (device.contains(key)) entry.identifiers.push_back(device[key]);
        if (device.contains("owntracks")) fill_owntracks(device["owntracks"], entry);
        entry.name = name;
        file.directory.add(entry);
        // What stands for the token in an app that has a field for a password.
        for (const char* app : {"owntracks", "ulogger", "hauk"})
            for (const char* key : {"password", "pass"})
                if (device.contains(app) && device[app].contains(key)) {
                    entry.token_hash = hash_token(device[app][key].get<std::string>());
                    file.directory.add(entry);
                }
    }
    share(fixture["shares"], file);
    return file;
}

bool has_decoder(const VectorFile& file, const json& vector) {
    const json& decoders = file.content["decoders"];
    return std::find(decoders.begin(), decoders.end(), vector["protocol"]) != decoders.end();
}

// The text with what was got from a log-in before.
std::string with_session(std::string text, const VectorFile& file) {
    const auto replace = [&](std::string_view sign, std::string_view before,
                             std::string_view purpose) {
        const std::size_t at = text.find(sign);
        if (at == std::string::npos) return;
        const std::string session = make_session(purpose, file.numbers.at("alice/phone"),
                                                 file.now + 60'000, file.directory);
        text.replace(at, sign.size(), std::string(before) + session);
    };
    replace("@session:alice", "ulogger=", "ulogger");
    replace("@sid", "", "hauk");
    return text;
}

// Another answer that would do as well.
bool is_other_status(const json& expected, int status) {
    const json others = expected.value("alt_status", json::array());
    return std::find(others.begin(), others.end(), status) != others.end();
}

// A vector's request, with the strings that its views point into.
class VectorRequest {
  public:
    VectorRequest(const json& vector, const VectorFile& file)
        : method_(vector["method"]), target_(vector["target"]) {
        if (vector["body"].is_string()) body_ = with_session(vector["body"], file);
        for (const auto& [name, value] : vector["headers"].items())
            headers_.emplace_back(name, with_session(value, file));
        for (const auto& [name, value] : headers_) fields_.push_back({name, value});
        const auto target = net::http::split_target(method_, target_);
        REQUIRE(target);
        request_.method = method_;
        request_.target = target_;
        request_.path = target->path;
        request_.query = target->query;
        request_.fields = fields_;
        request_.body = body_;
    }
    const net::http::Request& get() const { return request_; }

  private:
    std::string method_, target_, body_;
    std::vector<std::pair<std::string, std::string>> headers_;
    std::vector<net::http::Field> fields_;
    net::http::Request request_;
};

void check_number(const json& expected, std::optional<double> seen, double tolerance) {
    CHECK(expected.is_null() == !seen);
    if (seen && expected.is_number()) CHECK(std::abs(*seen - expected.get<double>()) <= tolerance);
}

void check_fix(const json& expected, const Fix& fix, const VectorFile& file) {
    CHECK(fix.device == file.numbers.at(expected["device"]));
    CHECK(std::abs(fix.latitude_e7 / 1e7 - expected["lat"].get<double>()) <= 1e-6);
    CHECK(std::abs(fix.longitude_e7 / 1e7 - expected["lon"].get<double>()) <= 1e-6);
    const UnixMillis time =
        expected["time"] == "@now" ? file.now : *parse_time(expected["time"].get<std::string>());
    CHECK(std::abs(fix.time_ms - time) <= 2);
    check_number(expected["alt_m"], fix.altitude_m, 0.05);
    check_number(expected["speed_mps"], fix.speed_mps, 0.01);
    check_number(expected["course_deg"], fix.course_deg, 0.05);
    check_number(expected["accuracy_m"], fix.accuracy_m, 0.05);
    check_number(expected["battery_pct"], fix.battery_percent, 0.05);
    CHECK(fix.valid == expected.value("valid", true));
    const json extras = fix.extras.empty() ? json::object() : json::parse(fix.extras);
    for (const char* key : {"charging", "event", "hdop", "trigger"})
        if (expected.contains(key)) CHECK(extras.value(key, json()) == expected[key]);
    if (expected.contains("attributes"))
        for (const auto& [name, value] : expected["attributes"].items())
            CHECK(extras.value("attributes", json::object()).value(name, json()) == value);
}

// Of the answer: what the app looks at.
void check_response(const json& expected, const Decoded& decoded) {
    if (expected.contains("content_type"))
        CHECK(decoded.content_type.starts_with(expected["content_type"].get<std::string>()));
    const json body = json::parse(decoded.body, nullptr, false);
    if (expected.contains("json_type")) CHECK(body.is_array());
    if (expected.contains("json_has"))
        CHECK(body.value(expected["json_has"].get<std::string>(), json()) != json());
    if (expected.contains("header")) {
        const std::string name = expected["header"];
        CHECK((name == decoded.header_name || decoded.status == 401));  // see Reception::answer
    }
    if (expected.contains("line0"))
        CHECK(decoded.body.starts_with(expected["line0"].get<std::string>() + "\n"));
    if (expected.contains("line0_not"))
        CHECK_FALSE(decoded.body.starts_with(expected["line0_not"].get<std::string>() + "\n"));
    if (expected.contains("lines"))
        CHECK(std::count(decoded.body.begin(), decoded.body.end(), '\n') ==
              static_cast<std::ptrdiff_t>(expected["lines"].size()));
    if (!expected.contains("json_contains")) return;
    const json& parts = expected["json_contains"];
    const auto has = [](const json& object, const json& part) {
        return std::all_of(part.items().begin(), part.items().end(), [&](const auto& member) {
            return object.value(member.key(), json()) == member.value();
        });
    };
    if (parts.is_object()) CHECK(has(body, parts));
    if (parts.is_array())
        for (const json& part : parts)
            CHECK(std::any_of(body.begin(), body.end(),
                              [&](const json& each) { return has(each, part); }));
}

void check_vector(const json& expected, const Decoded& decoded, const VectorFile& file) {
    const bool is_other = is_other_status(expected, decoded.status);
    if (is_other) return;
    if (expected["status"].is_number())  // some ways in have no answer
        CHECK(decoded.status == expected["status"].get<int>());
    CHECK(decoded.error == expected.value("error", ""));
    CHECK(decoded.field == expected.value("field", ""));
    if (expected.contains("response")) check_response(expected["response"], decoded);
    const json no_list = json::array();
    const json& fixes = expected.contains("fixes") ? expected["fixes"] : no_list;
    REQUIRE(decoded.fixes.size() == fixes.size());
    for (std::size_t i = 0; i < fixes.size(); ++i) check_fix(fixes[i], decoded.fixes[i], file);
    const json& rejected = expected.contains("rejected") ? expected["rejected"] : no_list;
    REQUIRE(decoded.quarantined.size() == rejected.size());
    for (std::size_t i = 0; i < rejected.size(); ++i) {
        CHECK(decoded.quarantined[i].index == rejected[i]["index"].get<unsigned>());
        CHECK(decoded.quarantined[i].reason == rejected[i]["reason"].get<std::string>());
        CHECK_FALSE(decoded.quarantined[i].raw.empty());
    }
    CHECK(decoded.heartbeat.has_value() == expected.contains("device_seen"));
    if (!decoded.heartbeat) return;
    CHECK(decoded.heartbeat->device == file.numbers.at(expected["device_seen"]));
    check_number(expected.value("battery_pct", json()), decoded.heartbeat->battery_percent, 0.05);
}

}  // namespace

namespace {

template <class Read>
void each_line(std::string_view body, const Read& read) {
    while (!body.empty()) {
        const std::size_t end = body.find('\n');
        read(body.substr(0, end));
        body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    }
}

// What comes over no HTTP, as the services hand it on.
void decode_vector(const json& vector, const VectorFile& file, Decoded& decoded) {
    const std::string method = vector["method"];
    const std::string body = vector["body"].is_string() ? vector["body"] : "";
    decoded.clear();
    if (method == "PUBLISH") {
        owntracks_decode_published(vector["target"].get<std::string>(), body, file.directory,
                                   file.now, decoded);
    } else if (method == "TCP-CLIENT") {
        GpsdStream stream;
        const KnownDevice boat{file.numbers.at("boat"), SpeedUnit::protocol_default};
        each_line(body,
                  [&](std::string_view line) { stream.read_line(line, boat, file.now, decoded); });
    } else if (method == "TCP" || method == "UDP") {
        NmeaStream stream;
        each_line(body, [&](std::string_view line) {
            stream.read_line(line, file.directory, file.now, decoded);
        });
        stream.flush(file.now, decoded);
    } else {
        const VectorRequest request(vector, file);
        decode(request.get(), file.directory, file.now, decoded);
    }
}

}  // namespace

TEST_CASE("every vector decodes to what it expects") {
    const VectorFile file = load();
    Decoded decoded;  // one for all, as in the receiver: nothing may be left from the one before
    for (const json& vector : file.content["vectors"]) {
        INFO(vector["id"].get<std::string>(), " ", vector["note"].get<std::string>());
        REQUIRE(has_decoder(file, vector));
        decode_vector(vector, file, decoded);
        check_vector(vector["expect"], decoded, file);
    }
    CHECK(file.content["vectors"].size() == 141);
}

TEST_CASE("a quarantined message keeps its bytes but not its token") {
    const VectorFile file = load();
    Decoded decoded;
    const VectorRequest request(json{{"method", "GET"},
                                     {"target", "/osmand?lat=95&token=tok-van-7&lon=%34"},
                                     {"headers", json::object()},
                                     {"body", nullptr}},
                                file);
    decode(request.get(), file.directory, file.now, decoded);
    REQUIRE(decoded.quarantined.size() == 1);
    CHECK(decoded.quarantined[0].raw == "lat=95&lon=4");
    CHECK(decoded.quarantined[0].source == Source::osmand);
}

TEST_CASE("a plain fix is decoded without asking for memory") {
    const VectorFile file = load();
    Decoded decoded;
    const VectorRequest request(file.content["vectors"][0], file);
    decode(request.get(), file.directory, file.now, decoded);
    const Fix* const place = decoded.fixes.data();
    decode(request.get(), file.directory, file.now, decoded);
    CHECK(decoded.fixes.data() == place);
    CHECK(decoded.fixes.at(0).extras.empty());
}
