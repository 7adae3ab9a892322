// A fix: one place at one time, as the server keeps it. Decoders convert what phones send into
// these units; nobody after them converts again.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace waymark::tracker {

// The row number of a device in the store; 0 is no device.
using DeviceNumber = std::uint32_t;

// Milliseconds since 1970-01-01T00:00:00Z.
using UnixMillis = std::int64_t;

// Which decoder made the fix. The numbers are stored: never reuse one.
enum class Source : std::uint8_t {
    unknown = 0,
    traccar = 1,
    osmand = 2,
    gpslogger = 3,
    opengts = 4,
    owntracks = 5,
    overland = 6,
    ulogger = 7,
    phonetrack = 8,
    hauk = 9,
    colota = 10,
    nmea = 11,
    gpsd = 12,
    sextant = 13,
    imported = 14,  // out of a file (formats/)
};

// A phone's clock may be wrong by so much. A fix that is further ahead is stored, but it is no live
// place until its time has come: the real ones after it would all be older.
inline constexpr UnixMillis kClockError = 5 * 60 * 1000;

struct Fix {
    DeviceNumber device = 0;
    UnixMillis time_ms = 0;
    std::int32_t latitude_e7 = 0;   // degrees north x 10^7
    std::int32_t longitude_e7 = 0;  // degrees east x 10^7
    // Empty where the sender did not say.
    std::optional<float> altitude_m;
    std::optional<float> speed_mps;
    std::optional<float> course_deg;  // true, clockwise from north
    std::optional<float> accuracy_m;  // radius
    std::optional<float> battery_percent;
    bool valid = true;  // false: stored, but neither the live marker nor trips use it
    Source source = Source::unknown;
    std::string extras;  // whatever else the sender said, as a JSON object; "" for nothing
};

// A device that spoke without saying where it is: a heartbeat.
struct Heartbeat {
    DeviceNumber device = 0;
    std::optional<float> battery_percent;
};

// How much of a message is kept in quarantine; a channel's frame must hold it (daemon/channel.hh).
inline constexpr std::size_t kMaximumRaw = 32 * 1024;

// A message, or one point of it, that was acknowledged but cannot be a fix. `raw` is the
// message without what named the device (protocols/secrets.hh), written anew, so that it can be
// decoded again when the decoder has learned better (decode_again). Of one that is longer than
// kMaximumRaw it has what decides, place and time first, and leaves out what else does not fit.
struct Quarantined {
    DeviceNumber device = 0;
    std::uint32_t index = 0;  // of the point within its message, from 0
    std::string reason;       // a word: lat_out_of_range, not_finite, null_island, ...
    Source source = Source::unknown;
    std::string raw;
};

}  // namespace waymark::tracker
