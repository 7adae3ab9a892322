// What comes without HTTP is read whatever it is, in bounded memory, and wherever it is cut: NMEA
// and gpsd by lines, the packets of an MQTT broker, and the parts of a body with a picture. The
// same bytes give the same, and what they give can be stored.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lessons/16-tracker/protocols/gpsd.hh"
#include "lessons/16-tracker/protocols/multipart.hh"
#include "lessons/16-tracker/protocols/nmea_stream.hh"
#include "lessons/16-tracker/services/mqtt_packets.hh"
#include "net/http/form.hh"

using namespace waymark;
using namespace waymark::tracker;

namespace {

constexpr UnixMillis kNow = 1'768'478'400'000;  // 2026-01-15T12:00:00Z

void require_that(bool condition) {
    if (!condition) std::abort();
}

class OneTracker : public DeviceDirectory {
  public:
    std::optional<KnownDevice> by_identifier(std::string_view identifier) const override {
        if (identifier != "48241179") return std::nullopt;
        return KnownDevice{1, SpeedUnit::protocol_default};
    }
    std::optional<KnownDevice> by_token(std::string_view) const override { return std::nullopt; }
};

void check_fixes(const Decoded& decoded) {
    for (const Fix& fix : decoded.fixes) {
        require_that(fix.device == 1);
        require_that(std::abs(fix.latitude_e7) <= 900'000'000);
        require_that(std::abs(std::int64_t{fix.longitude_e7}) <= 1'800'000'000);
        for (const auto& value : {fix.altitude_m, fix.speed_mps, fix.course_deg, fix.accuracy_m})
            require_that(!value || std::isfinite(*value));
    }
    for (const Quarantined& point : decoded.quarantined)
        require_that(!point.reason.empty() && point.raw.size() <= kMaximumRaw);
}

void read_lines(std::string_view bytes) {
    NmeaStream nmea;
    GpsdStream gpsd;
    Decoded of_nmea;
    Decoded of_gpsd;
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        nmea.read_line(bytes.substr(0, end), OneTracker(), kNow, of_nmea);
        gpsd.read_line(bytes.substr(0, end), {1, SpeedUnit::protocol_default}, kNow, of_gpsd);
        bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    }
    nmea.flush(kNow, of_nmea);
    check_fixes(of_nmea);
    check_fixes(of_gpsd);
}

struct Heard {
    std::size_t packets = 0;
    std::size_t bytes = 0;
    bool is_broken = false;

    friend bool operator==(const Heard&, const Heard&) = default;
};

Heard read_packets(std::string_view bytes, std::size_t step) {
    MqttReader reader;
    Heard heard;
    while (!bytes.empty()) {
        reader.add(bytes.substr(0, step));
        bytes.remove_prefix(std::min(step, bytes.size()));
        while (const auto packet = reader.next()) {
            ++heard.packets;
            heard.bytes += packet->topic.size() + packet->payload.size();
            require_that(packet->payload.size() <= MqttReader::kMostKept);
        }
    }
    heard.is_broken = reader.is_broken();
    return heard;
}

void read_parts(std::string_view bytes) {
    const auto form = multipart_as_form("multipart/form-data; boundary=b", bytes);
    require_that(form.has_value());
    std::string scratch;
    net::http::FormReader reader(*form, scratch);
    net::http::FormField field;
    while (reader.next(field) == net::http::FormReader::Result::field)
        require_that(!field.name.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    read_lines(bytes);
    require_that(read_packets(bytes, size + 1) == read_packets(bytes, 1));
    read_parts(bytes);
    return 0;
}
