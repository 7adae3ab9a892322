// How long the positions of a device are kept: so many days, or for ever, which is what a device
// begins with. What is older goes for good: the fixes, those that a correction has hidden, the
// marks of those that were deleted, what came into quarantine, and who came and went. What is
// within the days is not touched.
//
// Ten years of positions are not deleted in one go: phones must be heard meanwhile. So step() does
// some thousand rows in a transaction of its own, and says whether there is more.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fix.hh"
#include "store/connection.hh"

namespace waymark::tracker {

class Retention {
  public:
    static constexpr int kMostDays = 36'500;
    static constexpr int kAtOnce = 10'000;  // rows of one table
    static constexpr UnixMillis kDayMs = 86'400'000;

    explicit Retention(Connection& connection) : connection_(connection) {}

    // What would go now, if so many days were kept.
    struct Preview {
        UnixMillis before = 0;  // the first time that stays
        std::int64_t fixes = 0;
        std::int64_t hidden = 0;       // by corrections
        std::int64_t quarantined = 0;  // by the time at which they came
        std::int64_t all() const { return fixes + hidden + quarantined; }
    };

    // For ever if there is nothing. Throws UsageError for a device that is not there.
    std::optional<int> days_of(DeviceNumber device);
    // Throws UsageError, too, for a number that is not between 1 and kMostDays.
    void set_days(DeviceNumber device, std::optional<int> days);
    // Throws UsageError for a device that is not there.
    Preview preview(DeviceNumber device, int days, UnixMillis now);

    // Removes some of what is over, of one device; nothing if there is no more. Its count of rows
    // is that of this step.
    struct Removed {
        DeviceNumber device = 0;
        UnixMillis before = 0;
        std::int64_t rows = 0;
    };
    std::optional<Removed> step(UnixMillis now);

  private:
    Connection& connection_;
};

// The first time that stays, of positions that are kept for so many days.
inline UnixMillis first_kept(std::int64_t days, UnixMillis now) {
    return now - days * Retention::kDayMs;
}

// "for ever", "1 day", "30 days".
std::string to_words(std::optional<int> days);
// "12,345 positions (12 of them hidden) and 3 points in quarantine".
std::string to_words(const Retention::Preview& preview);

}  // namespace waymark::tracker
