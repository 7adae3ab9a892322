#include "trips/speed_hint.hh"

#include <algorithm>
#include <array>
#include <cmath>

#include "protocols/reported_point.hh"
#include "trips/geography.hh"

namespace waymark::tracker {
namespace {

constexpr UnixMillis kShortestPair = 1000;
constexpr UnixMillis kLongestPair = 30'000;
constexpr double kShortestWayM = 20;
constexpr double kSlowestMps = 1;
constexpr double kSteady = 0.2;
constexpr double kWidestMiddle = 0.25;
constexpr std::size_t kSources = static_cast<std::size_t>(Source::gpsd) + 1;

// What a pair says; nothing if it is not a good one.
std::optional<double> ratio_of(const Fix& a, const Fix& b) {
    const UnixMillis time = b.time_ms - a.time_ms;
    if (time < kShortestPair || time > kLongestPair) return std::nullopt;
    if (a.source != b.source || !a.valid || !b.valid || !a.speed_mps || !b.speed_mps)
        return std::nullopt;
    const double first = *a.speed_mps;
    const double second = *b.speed_mps;
    const double slower = std::min(first, second);
    if (slower <= 0 || std::abs(first - second) > kSteady * slower) return std::nullopt;
    const double way = distance_m({a.latitude_e7 / 1e7, a.longitude_e7 / 1e7},
                                  {b.latitude_e7 / 1e7, b.longitude_e7 / 1e7});
    const double speed = way / (static_cast<double>(time) / 1000);
    if (way < kShortestWayM || speed < kSlowestMps) return std::nullopt;
    return (first + second) / 2 / speed;
}

// Reorders them.
double value_at(std::vector<double>& ratios, double share) {
    const auto place = ratios.begin() +
                       static_cast<std::ptrdiff_t>(share * static_cast<double>(ratios.size() - 1));
    std::nth_element(ratios.begin(), place, ratios.end());
    return *place;
}

double in_mps(SpeedUnit unit) {
    return to_metres_per_second(1, unit, SpeedUnit::mps);
}

// The unit by which the speeds would be right.
std::optional<SpeedUnit> unit_for(double ratio, SpeedUnit read_as) {
    double least = std::min(kTolerance, std::abs(std::log(ratio)));
    std::optional<SpeedUnit> found;
    for (const SpeedUnit unit :
         {SpeedUnit::knots, SpeedUnit::kmh, SpeedUnit::mps, SpeedUnit::mph}) {
        const double distance = std::abs(std::log(ratio * in_mps(unit) / in_mps(read_as)));
        if (unit == read_as || distance >= least) continue;
        least = distance;
        found = unit;
    }
    return found;
}

}  // namespace

SpeedUnit default_speed_unit(Source source) {
    switch (source) {
        case Source::traccar:
        case Source::opengts:
        case Source::nmea:
            return SpeedUnit::knots;
        case Source::owntracks:
            return SpeedUnit::kmh;
        default:
            return SpeedUnit::mps;
    }
}

SpeedHint hint_of_speeds(std::span<const Fix> fixes, SpeedUnit unit) {
    std::array<std::vector<double>, kSources> by_source;
    for (std::size_t i = 1; i < fixes.size(); ++i) {
        const auto source = static_cast<std::size_t>(fixes[i].source);
        const std::optional<double> ratio = ratio_of(fixes[i - 1], fixes[i]);
        if (ratio && source < kSources) by_source[source].push_back(*ratio);
    }
    const auto most =
        std::max_element(by_source.begin(), by_source.end(),
                         [](const auto& a, const auto& b) { return a.size() < b.size(); });
    SpeedHint hint;
    hint.pairs = most->size();
    if (hint.pairs == 0) return hint;
    hint.source = static_cast<Source>(most - by_source.begin());
    hint.read_as = unit == SpeedUnit::protocol_default ? default_speed_unit(hint.source) : unit;
    if (hint.pairs < kFewestPairs) return hint;
    const double median = value_at(*most, 0.5);
    if (value_at(*most, 0.75) - value_at(*most, 0.25) > kWidestMiddle * median) return hint;
    hint.ratio = median;
    hint.suggested = unit_for(median, hint.read_as);
    return hint;
}

}  // namespace waymark::tracker
