// For tests: a text read in one of the formats, and what came of it as a text that a table can
// hold.

#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/error.hh"
#include "formats/track_formats.hh"
#include "protocols/time_text.hh"

namespace waymark::tracker {

struct ReadTrack {
    std::vector<Fix> fixes;
    std::string refused;  // "bad_time x2 at 3, no_fix at 9"
    std::string problem;  // of the file
};

// In parts of so many bytes. `format` is "" to recognise it.
inline ReadTrack read_track(std::string_view format, std::string_view text,
                            std::size_t part = std::string_view::npos) {
    constexpr UnixMillis kNow = 1'800'000'000'000;  // 2027
    ImportedPoints points(kNow);
    ReadTrack result;
    try {
        const std::unique_ptr<TrackReader> reader =
            format.empty() ? std::make_unique<RecognisingReader>(points)
                           : find_track_format(format)->make_reader(points);
        while (!text.empty()) {
            reader->read(text.substr(0, part));
            text.remove_prefix(std::min(text.size(), part));
        }
        reader->end();
    } catch (const daemon::UsageError& error) {
        result.problem = error.what();
    }
    for (const ImportedPoints::Refused& each : points.refusals())
        result.refused +=
            fmt::format("{}{}{} at {}", result.refused.empty() ? "" : ", ", each.reason,
                        each.count > 1 ? fmt::format(" x{}", each.count) : "", each.first_line);
    result.fixes = std::move(points.waiting());
    return result;
}

// "2026-01-10T07:00:00Z 48.1 11.5 alt 500 speed 2 course 90 acc 5 batt 80"
inline std::string described(const Fix& fix) {
    std::string text = fmt::format("{} {:.7g} {:.7g}", format_time(fix.time_ms),
                                   fix.latitude_e7 / 1e7, fix.longitude_e7 / 1e7);
    const auto add = [&](std::string_view name, std::optional<float> value) {
        if (value) text += fmt::format(" {} {}", name, *value);
    };
    add("alt", fix.altitude_m);
    add("speed", fix.speed_mps);
    add("course", fix.course_deg);
    add("acc", fix.accuracy_m);
    add("batt", fix.battery_percent);
    return text;
}

inline std::string described(const std::vector<Fix>& fixes) {
    std::string text;
    for (const Fix& fix : fixes) text += (text.empty() ? "" : "; ") + described(fix);
    return text;
}

}  // namespace waymark::tracker
