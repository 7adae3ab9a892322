#include "web_app/track_columns.hh"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>
namespace waymark::tracker {

namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t kChosenOfAPart = 5;

template <class Number>
std::string_view bytes_of(const std::vector<Number>& numbers) {
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)};
}

std::optional<float> known(float number) {
    if (std::isnan(number)) return std::nullopt;
    return number;
}

template <class Number>
void keep_some(std::vector<Number>& numbers, const std::vector<std::size_t>& indexes) {
    std::vector<Number> kept;
    kept.reserve(indexes.size());
    for (const std::size_t index : indexes) kept.push_back(numbers[index]);
    numbers = std::move(kept);
}

// Appends the extremes of [begin, end).
void choose_of_part(const TrackColumns& track, std::size_t begin, std::size_t end,
                    std::vector<std::size_t>& chosen) {
    std::array<std::size_t, kChosenOfAPart> extremes;
    extremes.fill(begin);
    auto& [west, east, south, north, fastest] = extremes;
    for (std::size_t i = begin; i < end; ++i) {
        if (track.longitude_e7[i] < track.longitude_e7[west]) west = i;
        if (track.longitude_e7[i] > track.longitude_e7[east]) east = i;
        if (track.latitude_e7[i] < track.latitude_e7[south]) south = i;
        if (track.latitude_e7[i] > track.latitude_e7[north]) north = i;
        // Not "<": nothing compares with a speed that is not known.
        if (!(track.speed_mps[i] <= track.speed_mps[fastest]) && track.speed_mps[i] >= 0)
            fastest = i;
    }
    std::sort(extremes.begin(), extremes.end());
    const auto last = std::unique(extremes.begin(), extremes.end());
    chosen.insert(chosen.end(), extremes.begin(), last);
}

}  // namespace

void TrackColumns::add(const TrackPoint& point, bool is_break) {
    times_ms.push_back(static_cast<double>(point.time_ms));
    longitude_e7.push_back(point.longitude_e7);
    latitude_e7.push_back(point.latitude_e7);
    speed_mps.push_back(point.speed_mps.value_or(kUnknown));
    altitude_m.push_back(point.altitude_m.value_or(kUnknown));
    breaks.push_back(is_break ? 1 : 0);
}

TrackPoint TrackColumns::point(std::size_t index) const {
    return {.time_ms = time_ms(index),
            .latitude_e7 = latitude_e7[index],
            .longitude_e7 = longitude_e7[index],
            .altitude_m = known(altitude_m[index]),
            .speed_mps = known(speed_mps[index])};
}

void TrackColumns::keep(const std::vector<std::size_t>& indexes) {
    std::size_t looked_at = 0;
    std::vector<std::uint8_t> kept_breaks;
    kept_breaks.reserve(indexes.size());
    for (const std::size_t index : indexes) {
        std::uint8_t is_break = 0;
        for (; looked_at <= index; ++looked_at) is_break |= breaks[looked_at];
        kept_breaks.push_back(is_break);
    }
    breaks = std::move(kept_breaks);
    keep_some(times_ms, indexes);
    keep_some(longitude_e7, indexes);
    keep_some(latitude_e7, indexes);
    keep_some(speed_mps, indexes);
    keep_some(altitude_m, indexes);
}

void TrackColumns::clear() {
    *this = TrackColumns();
}

void TrackColumns::reserve(std::size_t fixes) {
    times_ms.reserve(fixes);
    longitude_e7.reserve(fixes);
    latitude_e7.reserve(fixes);
    speed_mps.reserve(fixes);
    altitude_m.reserve(fixes);
    breaks.reserve(fixes);
}

std::array<char, TrackColumns::kHeadBytes> TrackColumns::head() const {
    const auto count = static_cast<std::uint32_t>(size());
    std::array<char, kHeadBytes> head{};
    std::memcpy(head.data(), &count, sizeof count);
    std::memcpy(head.data() + 4, &stride, sizeof stride);
    std::memcpy(head.data() + 8, &flags, sizeof flags);
    return head;
}

std::array<std::string_view, 6> TrackColumns::columns() const {
    return {bytes_of(times_ms),  bytes_of(longitude_e7), bytes_of(latitude_e7),
            bytes_of(speed_mps), bytes_of(altitude_m),   bytes_of(breaks)};
}

std::vector<std::size_t> choose_fixes(const TrackColumns& track, std::size_t most) {
    assert(most >= 2 && track.size() > most);
    const std::size_t inner_end = track.size() - 1;
    const std::size_t parts = (most - 2) / kChosenOfAPart;
    std::vector<std::size_t> chosen{0};
    for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t begin = 1 + part * (inner_end - 1) / parts;
        const std::size_t end = 1 + (part + 1) * (inner_end - 1) / parts;
        choose_of_part(track, begin, end, chosen);
    }
    chosen.push_back(inner_end);
    return chosen;
}

void thin_out(TrackColumns& track, std::size_t most) {
    const std::size_t before = track.size();
    if (before <= most) return;
    track.keep(choose_fixes(track, most));
    track.stride *= static_cast<std::uint32_t>((before + track.size() - 1) / track.size());
}

}  // namespace waymark::tracker
