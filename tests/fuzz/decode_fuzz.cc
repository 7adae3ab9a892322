// Whatever a phone sends, a decoder gives an answer and fixes that can be stored: on this planet,
// with finite numbers, for a device that exists, with extras that are JSON, and the same again for
// the same bytes. The input is a request as it comes over the wire.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lessons/16-tracker/protocol.hh"
#include "net/http/body_decoder.hh"
#include "net/http/request_parser.hh"

using namespace waymark;
using namespace waymark::tracker;

namespace {

constexpr std::size_t kLargestBody = kLargestBatch;
constexpr UnixMillis kNow = 1'768'478'400'000;  // 2026-01-15T12:00:00Z

void require(bool condition) {
    if (!condition) std::abort();
}

// One phone, known by what the corpus calls it.
class OnePhone : public DeviceDirectory {
  public:
    std::optional<KnownDevice> by_identifier(std::string_view identifier) const override {
        return known(identifier == "48241179");
    }
    std::optional<KnownDevice> by_token(std::string_view token) const override {
        return known(token == "tok-alice-1");
    }

  private:
    static std::optional<KnownDevice> known(bool is_it) {
        return is_it ? std::optional(KnownDevice{1, SpeedUnit::protocol_default}) : std::nullopt;
    }
};

void check_extras(const std::string& extras) {
    require(extras.empty() || nlohmann::json::parse(extras, nullptr, false).is_object());
}

void check_fix(const Fix& fix) {
    require(fix.device == 1);
    require(std::abs(fix.latitude_e7) <= 900'000'000);
    require(std::abs(std::int64_t{fix.longitude_e7}) <= 1'800'000'000);
    for (const auto& value :
         {fix.altitude_m, fix.speed_mps, fix.course_deg, fix.accuracy_m, fix.battery_percent})
        require(!value || std::isfinite(*value));
    check_extras(fix.extras);
}

void check(const Decoded& decoded) {
    require(decoded.status >= 200 && decoded.status < 600);
    require(decoded.status < 400 || decoded.fixes.empty());
    for (const Fix& fix : decoded.fixes) check_fix(fix);
    for (const Quarantined& point : decoded.quarantined)
        require(!point.reason.empty() && point.raw.size() <= kMaximumRaw);
}

// The status and how many fixes; nothing if it is no whole request.
std::optional<std::pair<int, std::size_t>> decode_bytes(std::string bytes) {
    using net::http::BodyDecoder;
    net::http::RequestParser parser;
    if (parser.parse(bytes) != net::http::RequestParser::State::complete) return std::nullopt;
    const std::span<char> rest = std::span(bytes).subspan(parser.head_size());
    BodyDecoder body(parser.framing(), kLargestBody);
    if (body.state() == BodyDecoder::State::incomplete) body.decode(rest);
    if (body.state() != BodyDecoder::State::complete) return std::nullopt;
    net::http::Request request = parser.request(bytes);
    request.body = {rest.data(), body.size()};
    Decoded decoded;
    decode(request, OnePhone(), kNow, decoded);
    check(decoded);
    return std::pair{decoded.status, decoded.fixes.size()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    const auto once = decode_bytes(bytes);
    require(decode_bytes(bytes) == once);
    return 0;
}
