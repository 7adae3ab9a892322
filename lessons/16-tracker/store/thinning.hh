// What is older than so many days is thinned out: of each so many minutes one position stays. An
// old track is still to be seen, and takes a part of the room; trips that are found in it are
// coarser. It goes for good, as with store/retention, which removes all.
//
// The intervals are those of the clock, counted from 1970-01-01 00:00 UTC on; those of minutes that
// divide a day begin at each midnight. So it does not matter when the thinning runs, nor how often.
// The one that stays is the first that is valid, or the first if none is; it goes when an earlier
// one comes late. What a correction has hidden is not touched.
//
// Ten years of positions are not looked at in one go: step() looks at some thousand.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "fix.hh"
#include "store/connection.hh"

namespace waymark::tracker {

struct ThinningRule {
    int after_days = 0;
    int minutes = 0;

    bool operator==(const ThinningRule&) const = default;
};

class Thinning {
  public:
    static constexpr int kMostMinutes = 24 * 60;
    static constexpr int kAtOnce = 10'000;  // rows that a step looks at

    explicit Thinning(Connection& connection) : connection_(connection) {}

    // Of all devices that have one, and are not being removed.
    std::map<DeviceNumber, ThinningRule> rules();
    // Nothing: they stay as they are. Throws UsageError for a device that is not there, for days
    // that Retention does not know, and for minutes that are not between 1 and kMostMinutes.
    void set_rule(DeviceNumber device, const std::optional<ThinningRule>& rule);

    // What would go now, by that rule. Reads all that is old enough. Throws as set_rule().
    struct Preview {
        UnixMillis before = 0;
        std::int64_t go = 0;
        std::int64_t stay = 0;  // of those from before `before`
    };
    Preview preview(DeviceNumber device, const ThinningRule& rule, UnixMillis now);

    // A fix by its key.
    struct Key {
        UnixMillis time_ms = 0;
        std::int32_t latitude_e7 = 0;
        std::int32_t longitude_e7 = 0;
    };
    // How far a walk over all devices is; {} is its beginning.
    struct Walk {
        DeviceNumber device = 0;
        std::optional<Key> looked_at = {};
        std::optional<Key> stays = {};  // the last one that does
        bool stays_is_valid = false;
    };
    struct Thinned {
        DeviceNumber device = 0;
        std::int64_t rows = 0;  // that went in this step
    };
    // Goes on with `walk`. Nothing at the end of all; then `walk` is at its beginning again.
    std::optional<Thinned> step(Walk& walk, UnixMillis now);

  private:
    Connection& connection_;
};

// "as they are", "one every 10 minutes after 30 days".
std::string rule_to_words(const std::optional<ThinningRule>& rule);

}  // namespace waymark::tracker
