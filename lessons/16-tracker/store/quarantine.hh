// The quarantine in the database: points that were acknowledged but cannot be fixes. Phones forget
// what was acknowledged, so nothing of it is dropped to make room: it stays until a person deletes
// it, or until a better decoder makes a fix of it.
//
// What it takes is bounded all the same (store.hh says what happens then). A row counts as its raw
// bytes and kQuarantineRowCost for everything else of it.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fix.hh"
#include "protocol.hh"
#include "store/connection.hh"

namespace waymark::tracker {

struct QuarantineRow {
    std::int64_t number = 0;  // never used twice
    UnixMillis received_ms = 0;
    std::string device_name;
    SpeedUnit speed_unit = SpeedUnit::protocol_default;
    Quarantined point;
    std::optional<BoxKey> box_key;  // of the device, now
};

// "traccar", "osmand", ...: by which protocol a point came.
std::string_view to_text(Source source);

// Which rows: 0 is any.
struct QuarantineChoice {
    DeviceNumber device = 0;
    std::int64_t number = 0;
};

inline constexpr std::int64_t kQuarantineRowCost = 128;  // row, index and pages that are part full

// What makes two points of a device the same: reason, raw bytes, and their place in the message.
std::string quarantine_digest(const Quarantined& point);

// All throw StoreError. What writes does so in a transaction of its own.
class Quarantine {
  public:
    explicit Quarantine(Connection& connection) : connection_(connection) {}

    // The newest first, with numbers below `below` (0: all).
    std::vector<QuarantineRow> list(const QuarantineChoice& choice, int most,
                                    std::int64_t below = 0);
    // Whether there is a point of this device with this digest.
    bool has(DeviceNumber device, std::string_view digest);
    // Of all rows. Reads the whole table.
    std::int64_t bytes();

    struct Replayed {
        std::int64_t moved = 0;  // rows that became fixes
        std::int64_t kept = 0;   // rows that cannot be fixes still
        std::int64_t next = 0;   // go on after this number; 0 when nothing is left to do
        std::vector<Fix> fixes;  // that were new
    };
    // Decodes kReplayedAtOnce rows once more, the oldest with a number above `after` first. What is
    // a fix now goes into `fix` and out of the quarantine in one transaction. A time is in the
    // future, or not, by the clock at which the point came; if that was not set, by today's.
    Replayed replay(const QuarantineChoice& choice, std::int64_t after);
    static constexpr int kReplayedAtOnce = 500;

    // Deletes kDeletedAtOnce rows at most, some ten milliseconds during which nobody else can
    // write. How many are gone.
    std::int64_t remove_some(const QuarantineChoice& choice);
    // All of them, in such steps.
    std::int64_t remove(const QuarantineChoice& choice);
    static constexpr int kDeletedAtOnce = 5000;

  private:
    Connection& connection_;
};

}  // namespace waymark::tracker
