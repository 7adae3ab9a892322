#include "formats/imported_points.hh"

#include <algorithm>

namespace waymark::tracker {

namespace {

struct ReasonInWords {
    std::string_view reason;
    std::string_view words;
};

constexpr ReasonInWords kReasonsInWords[] = {
    {"missing_lat", "no latitude"},
    {"missing_lon", "no longitude"},
    {"not_finite", "a place that is no number"},
    {"lat_out_of_range", "a latitude beyond 90 degrees"},
    {"lon_out_of_range", "a longitude beyond 180 degrees"},
    {"null_island", "0 degrees north and 0 east, which means that the place was not known"},
    {"missing_time", "no time"},
    {"bad_time", "a time that cannot be read"},
    {"time_out_of_range", "a time before the year 2000"},
    {"time_in_future", "a time in the future"},
    {"not_kept", "a time before the days for which this device's positions are kept"},
    {"no_fix", "no place, by the receiver's own word"},
    {"bad_checksum", "a wrong checksum"},
    {"too_long", "more than is read at once"},
    {"bad_json", "no JSON, or cut off"},
    {"quote_not_closed", "a quote that is not closed"},
    {"not_utf8", "not UTF-8"},
};

}  // namespace

void ImportedPoints::take(const ReportedPoint& point, std::uint64_t line) {
    const std::string_view reason = reason_against(point, now_);
    if (!reason.empty()) return refuse(reason, line);
    if (*point.time_ms < oldest_) return refuse("not_kept", line);
    ++read_;
    Fix& fix = waiting_.emplace_back();
    fill_fix(point, fix);
    fix.source = Source::imported;
}

void ImportedPoints::take_invalid(const ReportedPoint& point, std::uint64_t line) {
    const std::size_t before = waiting_.size();
    take(point, line);
    if (waiting_.size() > before) waiting_.back().valid = false;
}

void ImportedPoints::refuse(std::string_view reason, std::uint64_t line) {
    ++read_;
    const auto known = std::ranges::find(refusals_, reason, &Refused::reason);
    if (known != refusals_.end())
        ++known->count;
    else
        refusals_.push_back({reason, 1, line});
}

std::uint64_t ImportedPoints::refused() const {
    std::uint64_t sum = 0;
    for (const Refused& each : refusals_) sum += each.count;
    return sum;
}

std::string_view words_of_refusal(std::string_view reason) {
    for (const ReasonInWords& each : kReasonsInWords)
        if (each.reason == reason) return each.words;
    return reason;
}

}  // namespace waymark::tracker
