// The columns of a CSV of positions, by what stands in its first line (formats/csv_reader.hh).

#pragma once

#include <cstddef>
#include <string_view>

namespace waymark::tracker {

enum class CsvColumn {
    other,
    time,
    date,
    latitude,
    longitude,
    altitude,
    speed,
    speed_kmh,
    speed_knots,
    course,
    accuracy,
    battery,
};
inline constexpr std::size_t kCsvColumns = 12;

// `name` may have its unit behind it, as in "Speed (km/h)"; `other` if that is one that nobody
// reads.
CsvColumn csv_column_called(std::string_view name);

}  // namespace waymark::tracker
