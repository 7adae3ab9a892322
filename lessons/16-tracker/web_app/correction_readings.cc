#include "web_app/correction_readings.hh"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <vector>

#include "daemon/error.hh"
#include "protocols/extras.hh"
#include "trips/outliers.hh"
#include "trips/speed_hint.hh"
#include "web_app/json_numbers.hh"

namespace waymark::tracker {

namespace {

std::string_view to_text(CorrectionKind kind) {
    switch (kind) {
        case CorrectionKind::deletion:
            return "deletion";
        case CorrectionKind::speeds:
            return "speeds";
        case CorrectionKind::hidden:
            break;
    }
    return "hidden";
}

bool is_being_undone(const Correction& correction) {
    return correction.stage == CorrectionStage::undo_fixes ||
           correction.stage == CorrectionStage::undo_hidden;
}

std::string box_json(const Box& box) {
    if (box.is_world()) return "null";
    return fmt::format("[{},{},{},{}]", box.south_e7, box.west_e7, box.north_e7, box.east_e7);
}

void append_correction(std::string& out, const Correction& correction) {
    fmt::format_to(std::back_inserter(out),
                   R"({{"number":{},"kind":"{}","done":{},"undoing":{},"made":{},"from":{},)"
                   R"("to":{},"box":{},"points":{},"read_as":"{}","sent_as":"{}","by":)",
                   correction.number, to_text(correction.kind),
                   correction.stage == CorrectionStage::done, is_being_undone(correction),
                   correction.made_ms, correction.choice.from, correction.choice.to,
                   box_json(correction.choice.box), correction.points, to_text(correction.read_as),
                   to_text(correction.sent_as));
    append_json_string(out, correction.made_by);
    out += '}';
}

std::string points_list(const std::vector<StoredFix>& fixes) {
    std::string list;
    for (const StoredFix& stored : fixes) {
        fmt::format_to(std::back_inserter(list), "{}[{},{},{},", list.empty() ? "" : ",",
                       stored.fix.time_ms, stored.fix.latitude_e7, stored.fix.longitude_e7);
        append_number(list, stored.fix.speed_mps);
        list += ']';
    }
    return list;
}

}  // namespace

std::string corrections_json(Reader& reader, DeviceNumber device, int most, std::int64_t below) {
    const std::vector<Correction> corrections = reader.corrections().list(device, most, below);
    std::string list;
    for (const Correction& correction : corrections) {
        if (!list.empty()) list += ',';
        append_correction(list, correction);
    }
    const bool is_full = corrections.size() == static_cast<std::size_t>(most);
    return fmt::format(R"({{"corrections":[{}],"below":{}}})", list,
                       is_full ? std::to_string(corrections.back().number) : "null");
}

std::string count_json(Reader& reader, const FixChoice& choice) {
    return fmt::format(R"({{"points":{}}})", reader.corrections().count(choice));
}

std::string points_json(Reader& reader, const FixChoice& choice, const std::optional<FixKey>& after,
                        int most) {
    std::vector<StoredFix> fixes = reader.corrections().fixes(choice, after, most + 1);
    const bool more = fixes.size() > static_cast<std::size_t>(most);
    if (more) fixes.pop_back();
    return fmt::format(R"({{"points":[{}],"more":{}}})", points_list(fixes), more);
}

std::string hidden_json(Reader& reader, DeviceNumber device, std::int64_t number, int most) {
    try {
        Corrections corrections = reader.corrections();
        (void)corrections.get_of(device, number);
        return fmt::format(R"({{"points":[{}]}})", points_list(corrections.hidden(number, most)));
    } catch (const daemon::UsageError&) {
        return {};
    }
}

std::string outliers_json(Reader& reader, const FixChoice& choice, std::size_t most) {
    std::string list;
    std::size_t found = 0;
    OutlierFinder finder([&](const Outlier& outlier) {
        if (found++ >= most) return;
        fmt::format_to(std::back_inserter(list), "{}[{},{},{},{:.0f},{:.1f}]",
                       list.empty() ? "" : ",", outlier.point.time_ms, outlier.point.latitude_e7,
                       outlier.point.longitude_e7, outlier.jump_m, outlier.speed_mps);
    });
    reader.track_points(choice.device, choice.from, choice.to, [&](const TrackPoint& point) {
        finder.add(point);
        return found <= most;
    });
    return fmt::format(R"({{"outliers":[{}],"more":{}}})", list, found > most);
}

std::string units_json(Reader& reader, DeviceNumber device, UnixMillis now) {
    const Corrections::UnitOf unit = reader.corrections().unit(device);
    std::vector<Fix> fixes = reader.corrections().newest(device, now, unit.since, kFixesForUnits);
    std::ranges::reverse(fixes);
    const SpeedHint hint = hint_of_speeds(fixes, unit.unit);
    const auto name_of_unit = [](std::optional<SpeedUnit> known) {
        return known ? fmt::format("\"{}\"", to_text(*known)) : std::string("null");
    };
    std::string ratio;
    append_number(
        ratio, hint.ratio ? std::optional<float>(static_cast<float>(*hint.ratio)) : std::nullopt);
    return fmt::format(R"({{"unit":"{}","is_set":{},"pairs":{},"protocol":"{}","read_as":{},)"
                       R"("ratio":{},"suggested":{}}})",
                       to_text(unit.unit), unit.since > 0, hint.pairs, to_text(hint.source),
                       hint.pairs > 0 ? name_of_unit(hint.read_as) : "null", ratio,
                       name_of_unit(hint.suggested));
}

}  // namespace waymark::tracker
