// A track as the pages want it: columns of small numbers, which a browser puts under its typed
// arrays without reading them one by one. Twenty-five bytes a fix.
//
//   uint32 n, uint32 stride, uint32 flags, uint32 0
//   float64 time [n], Unix ms
//   int32 longitude x 10^7 [n], int32 latitude x 10^7 [n],
//   float32 speed m/s [n], float32 altitude m [n]; NaN where it is not known
//   uint8 break [n]: 1 where no line leads to the fix (the first, after a gap, back in the box)
//
// All little-endian. A stride above 1 says that about one fix in so many was kept. Flags: 1, only
// samples of the span were read (web_app/sampled_track.hh); 2, the device sent no speed at first,
// and where it sent none it was worked out from the places (trips/place_speeds.hh).

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
    static constexpr std::size_t kHeadBytes = 16;
    static constexpr std::size_t kBytesOfAFix = 25;
    static constexpr std::uint32_t kSampled = 1, kSpeedsWorkedOut = 2;

    std::uint32_t stride = 1;
    std::uint32_t flags = 0;
    std::vector<double> times_ms;
    std::vector<std::int32_t> longitude_e7, latitude_e7;
    std::vector<float> speed_mps, altitude_m;
    std::vector<std::uint8_t> breaks;

    std::size_t size() const { return times_ms.size(); }
    UnixMillis time_ms(std::size_t index) const { return static_cast<UnixMillis>(times_ms[index]); }
    TrackPoint point(std::size_t index) const;

    // Points come in the order of time.
    void add(const TrackPoint& point, bool is_break);
    // Keeps those at the indexes, which rise. Where a fix was dropped to which no line led, none
    // leads to the next one.
    void keep(const std::vector<std::size_t>& indexes);
    void clear();
    void reserve(std::size_t fixes);

    // As it is sent: the head, then the columns one after the other. Views into this object.
    std::array<char, kHeadBytes> head() const;
    std::array<std::string_view, 6> columns() const;
    std::size_t bytes() const { return kHeadBytes + kBytesOfAFix * size(); }
};

// Which fixes to keep so that at most `most` (2 or more) are left and the track still looks the
// same: the first, the last, and, of each of equally many parts of the track, the westernmost, the
// easternmost, the southernmost, the northernmost and the fastest fix. So no corner and no
// excursion is lost, and the whole keeps its bounds and its top speed (from `most` = 7 on).
std::vector<std::size_t> choose_fixes(const TrackColumns& track, std::size_t most);

// Thins out with choose_fixes() if there are more than `most`.
void thin_out(TrackColumns& track, std::size_t most);

}  // namespace waymark::tracker
