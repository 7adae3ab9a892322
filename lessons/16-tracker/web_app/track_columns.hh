// A track as the pages want it: columns of small numbers, which a browser puts under its typed
// arrays without reading them one by one. Twenty bytes a fix.
//
//   uint32 n, uint32 stride, float64 time of the first fix (Unix ms)
//   int32 longitude x 10^7 [n], int32 latitude x 10^7 [n], uint32 ms since the first [n],
//   float32 speed m/s [n], float32 altitude m [n]; NaN where it is not known
//
// All little-endian. A stride above 1 says that about one fix in so many was kept.

#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "fix.hh"
#include "store/fix_row.hh"

namespace waymark::tracker {

static_assert(std::endian::native == std::endian::little, "columns are sent as they lie in memory");

struct TrackColumns {
    // Times are 32 bits: 49 days. Who asks for a track limits its length.
    static constexpr std::size_t kHeadBytes = 16;

    UnixMillis first_ms = 0;
    std::uint32_t stride = 1;
    std::vector<std::int32_t> longitude_e7, latitude_e7;
    std::vector<std::uint32_t> since_first_ms;
    std::vector<float> speed_mps, altitude_m;

    std::size_t size() const { return since_first_ms.size(); }
    UnixMillis time_ms(std::size_t index) const { return first_ms + since_first_ms[index]; }

    // Points come in the order of time.
    void add(const TrackPoint& point);
    // Keeps those at the indexes, which rise.
    void keep(const std::vector<std::size_t>& indexes);

    // As it is sent: the head, then the columns one after the other. Views into this object.
    std::array<char, kHeadBytes> head() const;
    std::array<std::string_view, 5> columns() const;
    std::size_t bytes() const { return kHeadBytes + 20 * size(); }
};

// Which fixes to keep so that at most `most` (2 or more) are left and the track still looks the
// same: the first, the last, and, of each of equally many parts of the track, the westernmost, the
// easternmost, the southernmost, the northernmost and the fastest fix. So no corner and no
// excursion is lost, and the whole keeps its bounds and its top speed (from `most` = 7 on).
std::vector<std::size_t> choose_fixes(const TrackColumns& track, std::size_t most);

// Thins out with choose_fixes() if there are more than `most`.
void thin_out(TrackColumns& track, std::size_t most);

}  // namespace waymark::tracker
