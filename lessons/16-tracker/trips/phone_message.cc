#include "trips/phone_message.hh"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <charconv>

#include "net/http/grammar.hh"
#include "trips/sextant_message.hh"

namespace waymark::tracker {

using net::http::ExchangeResult;
using net::http::ExchangeStatus;

namespace {

constexpr double kKnotsPerMetrePerSecond = 3600.0 / 1852;

// Everything but the unreserved characters (RFC 3986, 2.3).
std::string percent_encoded(std::string_view text) {
    constexpr net::http::ByteSet kUnreserved = net::http::kAlphanumerics.with("-._~");
    std::string encoded;
    for (const char byte : text) {
        if (kUnreserved.has(byte)) {
            encoded += byte;
        } else {
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
        }
    }
    return encoded;
}

void append(std::string& query, std::string_view name, std::optional<double> value) {
    if (value) query += fmt::format("&{}={:.2f}", name, *value);
}

std::optional<double> times(std::optional<double> value, double factor) {
    if (!value) return {};
    return *value * factor;
}

// Coordinates go out with all the digits of the file: rounding is the server's.
std::string place_query(Place place) {
    return fmt::format("lat={}&lon={}", place.latitude_deg, place.longitude_deg);
}

// Traccar Client counts in seconds; where there are milliseconds we say them.
std::string traccar_time(UnixMillis time_ms) {
    return time_ms % 1000 == 0 ? fmt::format("{}", time_ms / 1000) : fmt::format("{}", time_ms);
}

std::string one_line(std::string_view text) {
    constexpr std::size_t kLongest = 200;
    std::string line(text.substr(0, kLongest));
    std::replace_if(
        line.begin(), line.end(), [](unsigned char byte) { return byte < 0x20 || byte == 0x7F; },
        ' ');
    return line;
}

}  // namespace

std::optional<PhoneProtocol> parse_phone_protocol(std::string_view name) {
    if (name == "traccar") return PhoneProtocol::traccar;
    if (name == "osmand") return PhoneProtocol::osmand;
    if (name == "sextant") return PhoneProtocol::sextant;
    return {};
}

net::http::Outgoing PhoneMessage::outgoing() const {
    return {.method = method,
            .target = target,
            .content_type = content_type,
            .body = body,
            .user_agent = "waymark-phone"};
}

PhoneMessage make_message(const PhoneIdentity& identity, const TripPoint& point) {
    assert(point.time_ms);
    if (identity.protocol == PhoneProtocol::sextant)
        return {"POST", identity.base_path + "/sextant/" + percent_encoded(identity.device),
                "text/plain", sextant_body({point})};
    const bool is_traccar = identity.protocol == PhoneProtocol::traccar;
    const std::string device = percent_encoded(identity.device);
    std::string target = identity.base_path;
    if (is_traccar) {
        target += fmt::format("/?id={}&timestamp={}&{}", device, traccar_time(*point.time_ms),
                              place_query(point.place));
    } else {
        target += fmt::format("/osmand/{}?{}&timestamp={}", device, place_query(point.place),
                              *point.time_ms);
    }
    append(target, "speed", times(point.speed_mps, is_traccar ? kKnotsPerMetrePerSecond : 1));
    append(target, "bearing", point.course_deg);
    append(target, "altitude", point.altitude_m);
    append(target, is_traccar ? "accuracy" : "hdop", point.accuracy_m);
    append(target, "batt", point.battery_percent);
    return {is_traccar ? "POST" : "GET", std::move(target)};
}

Delivery delivery_of(const ExchangeResult& result) {
    if (result.status == ExchangeStatus::closed_idle) return Delivery::at_once;
    if (result.status == ExchangeStatus::malformed || result.status == ExchangeStatus::too_large)
        return Delivery::refused;
    if (result.status != ExchangeStatus::answered) return Delivery::later;
    const int status = result.response.status;
    if (status >= 200 && status < 300) return Delivery::delivered;
    const bool passes = status >= 500 || status == 408 || status == 425 || status == 429;
    return passes ? Delivery::later : Delivery::refused;
}

std::string explain(const ExchangeResult& result, const PhoneIdentity& identity) {
    if (result.status == ExchangeStatus::malformed)
        return result.error + "; is --to the address for devices?";
    if (result.status != ExchangeStatus::answered) return result.error;
    const int status = result.response.status;
    std::string line = fmt::format("the server answers {}", status);
    if (!result.response.body.empty()) line += ": " + one_line(result.response.body);
    if (status == 401 || status == 403)
        line +=
            fmt::format("; add the device first: tracker device add NAME --id {}", identity.device);
    if (status == 404) line += "; is --to the address for devices?";
    return line;
}

std::chrono::milliseconds RetryPause::next(const net::http::Response& response) {
    const std::chrono::milliseconds wait = wait_;
    wait_ = std::min(wait_ * 2, kLongest);
    const std::string_view text = response.field("Retry-After").value_or("");
    int seconds = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    // The other form is a date, which a server that is in trouble need not be asked about.
    if (text.empty() || error != std::errc() || stop != text.data() + text.size() || seconds < 0)
        return wait;
    return std::min<std::chrono::milliseconds>(std::chrono::seconds(seconds), kLongest);
}

}  // namespace waymark::tracker
