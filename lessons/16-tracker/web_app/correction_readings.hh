// What web_app/corrections_api answers to those who look, as JSON. Each runs on a thread of the
// pool.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "store/reader.hh"

namespace waymark::tracker {

std::string corrections_json(Reader& reader, DeviceNumber device, int most, std::int64_t below);
std::string count_json(Reader& reader, const FixChoice& choice);
std::string points_json(Reader& reader, const FixChoice& choice, const std::optional<FixKey>& after,
                        int most);
// "" for a correction that is not there, or is of another device.
std::string hidden_json(Reader& reader, DeviceNumber device, std::int64_t number, int most);
std::string outliers_json(Reader& reader, const FixChoice& choice, std::size_t most);
// Of the newest kFixesForUnits fixes that are not ahead of `now` and came since the unit was set.
std::string units_json(Reader& reader, DeviceNumber device, UnixMillis now);
inline constexpr int kFixesForUnits = 20'000;

}  // namespace waymark::tracker
