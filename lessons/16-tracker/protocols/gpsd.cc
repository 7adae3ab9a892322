#include "protocols/gpsd.hh"

#include <string>

#include "protocols/json_reader.hh"
#include "protocols/kept_json.hh"
#include "protocols/reported_point.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {
namespace {

constexpr double kMode2D = 2;  // 0 and 1: it does not know where it is

ReportedPoint point_of_tpv(const JsonMembers& said, const KnownDevice& device, UnixMillis now) {
    ReportedPoint point;
    std::string space;
    point.latitude_deg = json_degrees(said["lat"]);
    point.longitude_deg = json_degrees(said["lon"]);
    point.time_ms = is_null(said["time"]) ? now : parse_time(json_text(said["time"], space));
    for (const char* name : {"alt", "altHAE", "altMSL"})  // the last one that is there counts
        if (const auto altitude = json_number(said[name])) point.altitude_m = altitude;
    point.speed_mps = json_number(said["speed"]);
    if (point.speed_mps)
        point.speed_mps = to_metres_per_second(*point.speed_mps, device.speed_unit, SpeedUnit::mps);
    point.course_deg = json_number(said["track"]);
    point.accuracy_m = json_number(said["eph"]);
    return point;
}

bool is_place(const JsonMembers& said) {
    std::string space;
    return json_text(said["class"], space) == "TPV" &&
           json_number(said["mode"]).value_or(0) >= kMode2D;
}

bool gpsd_decides(std::string_view name) {
    return name != "device";
}

void decode_tpv(std::string_view text, const JsonMembers& said, const KnownDevice& device,
                UnixMillis now, Decoded& decoded) {
    const ReportedPoint point = point_of_tpv(said, device, now);
    const std::string_view reason = reason_against(point, now);
    if (!reason.empty()) {
        decoded.quarantined.push_back({device.number, 0, std::string(reason), Source::gpsd,
                                       kept_json(text, {}, gpsd_decides)});
        return;
    }
    Fix& fix = decoded.fixes.emplace_back();
    fix.device = device.number;
    fix.source = Source::gpsd;
    fill_fix(point, fix);
}

}  // namespace

void GpsdStream::read_line(std::string_view line, const KnownDevice& device, UnixMillis now,
                           Decoded& decoded) {
    JsonReader in(line.substr(0, kLongestLine));
    JsonMembers said;
    if (!said.read(in) || !in.at_end() || !is_place(said)) return;
    const std::size_t before = decoded.fixes.size();
    decode_tpv(line, said, device, now, decoded);
    if (decoded.fixes.size() == before) return;
    const UnixMillis time = decoded.fixes.back().time_ms;
    if (time == last_ms_) decoded.fixes.pop_back();
    last_ms_ = time;
}

void gpsd_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                       Decoded& decoded) {
    JsonReader in(raw);
    JsonMembers said;
    if (!said.read(in) || !in.at_end() || !is_place(said))
        return decoded.refuse(400, "bad_json", "What was kept is no TPV.");
    decode_tpv(raw, said, device, received, decoded);
}

}  // namespace waymark::tracker
