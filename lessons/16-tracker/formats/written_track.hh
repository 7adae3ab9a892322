// What the writers of tracks share: where a segment begins, and numbers that may be unknown.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fix.hh"
#include "trips/gap.hh"
#include "web_app/json_numbers.hh"

namespace waymark::tracker {

// Told of each fix in its order: whether a line leads to it.
class WrittenTrack {
  public:
    // True for the first, too.
    bool begins_segment(const Fix& fix) {
        const TrackPoint point{fix.time_ms, fix.latitude_e7, fix.longitude_e7, {}, {}};
        const bool begins = !before_ || is_gap(*before_, point);
        before_ = point;
        return begins;
    }

  private:
    std::optional<TrackPoint> before_;
};

// Appends `before`, the number and `after`; nothing for no number.
inline void append_if(std::string& out, std::string_view before, std::optional<float> number,
                      std::string_view after) {
    if (!number) return;
    out += before;
    append_number(out, number);
    out += after;
}

}  // namespace waymark::tracker
