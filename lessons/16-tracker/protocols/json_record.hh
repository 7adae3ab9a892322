// One position as a flat JSON object, {"lat":48.1,"lon":11.5,"tst":1718445600,...}: what OwnTracks
// sends over HTTP and over MQTT, and Colota nearly the same. The names are OwnTracks's; what
// differs is in the dialect.

#pragma once

#include <string_view>

#include "protocol.hh"
#include "protocols/json_reader.hh"

namespace waymark::tracker {

struct RecordDialect {
    Source source = Source::unknown;
    SpeedUnit speed_unit = SpeedUnit::kmh;  // of "vel"
    std::string_view course = "cog";
    // Seconds are added to a time before 2000, of a sender that counts from another year; 0: none.
    UnixMillis other_epoch_ms = 0;
};

struct JsonRecord {
    std::string_view text;  // all of it
    const JsonMembers& members;
    std::string_view named_by;  // what named the device; it is stored nowhere
    std::uint32_t index = 0;    // within its message
};

// A fix, or a quarantined point. Of the other members as many are kept in the extras as fit.
void decode_record(const JsonRecord& record, const RecordDialect& dialect,
                   const KnownDevice& device, UnixMillis now, Decoded& decoded);

// One that was kept in quarantine.
void decode_record_again(std::string_view raw, const RecordDialect& dialect,
                         const KnownDevice& device, UnixMillis received, Decoded& decoded);

}  // namespace waymark::tracker
