// Values of corrections: which fixes a person means, and what was done to them.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fix.hh"
#include "protocol.hh"

namespace waymark::tracker {

// With its edges. One whose west is greater than its east lies across the date line.
struct Box {
    std::int32_t south_e7 = -900'000'000;
    std::int32_t west_e7 = -1'800'000'000;
    std::int32_t north_e7 = 900'000'000;
    std::int32_t east_e7 = 1'800'000'000;

    bool is_world() const { return *this == Box(); }
    bool operator==(const Box&) const = default;
};

// The fixes of a device with from <= time < to, in a box.
struct FixChoice {
    DeviceNumber device = 0;
    UnixMillis from = 0;
    UnixMillis to = 0;
    Box box;
};

// Which fix of a device.
struct FixKey {
    UnixMillis time_ms = 0;
    std::int32_t latitude_e7 = 0;
    std::int32_t longitude_e7 = 0;
};

// The numbers are stored: never reuse one.
enum class CorrectionKind : std::uint8_t { hidden = 1, deletion = 2, speeds = 3 };

// What is left to do of it.
enum class CorrectionStage : std::uint8_t {
    done = 0,
    fixes = 1,   // what is in the table `fix`
    hidden = 2,  // what is hidden: of a deletion its own, of speeds all in the choice
    undo_fixes = 3,
    undo_hidden = 4,
};

struct Correction {
    std::int64_t number = 0;  // never used twice
    CorrectionKind kind = CorrectionKind::hidden;
    CorrectionStage stage = CorrectionStage::done;
    UnixMillis made_ms = 0;
    std::string made_by;
    FixChoice choice;
    SpeedUnit read_as = SpeedUnit::protocol_default;  // of speeds
    SpeedUnit sent_as = SpeedUnit::protocol_default;
    std::int64_t until_sequence = 0;  // of speeds: fixes of later commits were read rightly
    std::int64_t points = 0;          // that it has changed so far
    FixKey at;                        // the last one that was looked at
};

// "SOUTH,WEST,NORTH,EAST" in degrees x 10^7, and "TIME,LATITUDE,LONGITUDE" with the time in ms: as
// the pages write them. Nothing for other text, and for places that are not on earth.
std::optional<Box> parse_box(std::string_view text);
std::optional<FixKey> parse_fix_key(std::string_view text);

}  // namespace waymark::tracker
