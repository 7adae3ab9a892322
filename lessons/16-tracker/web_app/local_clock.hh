// A local clock of somebody far away: what it was ahead of UTC, and when that changed. The browser
// knows its zone and its rules; the server has no table of zones and gets the changes told:
//
//     60                                 an hour ahead of UTC, always
//     60,28530780:120,28833180:60        the same, and two hours in the summer of 2024
//
// Each change is the minute since 1970 (UTC) from which the new offset holds; offsets are minutes
// east of UTC. A day is what lies between its first instant and the next day's: 23 or 25 hours
// where the clock changed. Where a clock is put back over midnight, the day that has begun goes on.

#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "fix.hh"

namespace waymark::tracker {

class LocalClock {
  public:
    // More than the busiest zone has had since 1970, four a year.
    static constexpr std::size_t kMostChanges = 400;

    // A time in which the offset does not change: from <= time < to.
    struct Stretch {
        UnixMillis from = 0;
        UnixMillis to = 0;
        std::chrono::minutes offset{0};
        std::chrono::sys_days first_day;  // no day before this one is told in it any more
    };

    // Nothing if the text is not of the form above, if the changes are not in their order, or if an
    // offset is more than a day.
    static std::optional<LocalClock> parse(std::string_view text);

    const std::vector<Stretch>& stretches() const { return stretches_; }
    // The day at that time.
    std::chrono::sys_days day_of(UnixMillis time) const;
    // The first instant of the day. It is that of the next day if the clock leapt over the day.
    UnixMillis begin_of(std::chrono::sys_days day) const;

  private:
    void begin_stretch(UnixMillis from, std::chrono::minutes offset);

    std::vector<Stretch> stretches_;
};

}  // namespace waymark::tracker
