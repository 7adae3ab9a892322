// A fix as a row of the table `fix`: units shrink to integers on the way in and come back on the
// way out. In one place, so that writing and reading cannot disagree.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "fix.hh"
#include "store/connection.hh"
#include "trips/segment.hh"

namespace waymark::tracker {

// The columns that read_fix_row() expects, in its order.
inline constexpr const char* kFixColumns =
    "device, time_ms, latitude_e7, longitude_e7, altitude_cm, speed_mm_s, course_centidegrees, "
    "accuracy_cm, battery_per_mille, valid, source, extras, sequence";

// In SQLite. One that is there already stays as it is; one that a person has hidden or deleted does
// not come back (store/corrections.hh).
inline constexpr const char* kInsertFix =
    "INSERT INTO fix (device, time_ms, latitude_e7, longitude_e7, altitude_cm, "
    "speed_mm_s, course_centidegrees, accuracy_cm, battery_per_mille, valid, source, extras, "
    "sequence) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13 "
    "WHERE NOT EXISTS (SELECT 1 FROM hidden_fix WHERE device = ?1 AND time_ms = ?2 AND "
    "latitude_e7 = ?3 AND longitude_e7 = ?4) AND NOT EXISTS (SELECT 1 FROM deleted_fix WHERE "
    "device = ?1 AND time_ms = ?2 AND trace = (?3 * 31 + ?4) & 65535) ON CONFLICT DO NOTHING";

// The same where nothing is hidden or deleted: it spares two look-ups, a quarter of its time.
inline constexpr const char* kInsertFixUnasked =
    "INSERT INTO fix (device, time_ms, latitude_e7, longitude_e7, altitude_cm, "
    "speed_mm_s, course_centidegrees, accuracy_cm, battery_per_mille, valid, source, extras, "
    "sequence) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) "
    "ON CONFLICT DO NOTHING";

// The first in the words of the connection's engine, with the same parameters: in PostgreSQL the
// row says which writer the connection is. A partition for it must be there (Partitions).
std::string insert_fix(const Connection& connection);
// kFixColumns, and in PostgreSQL `writer`: all that a copy of a row must have.
std::string stored_columns(const Connection& connection);

// What is kept of the place of a deleted fix: two places of one moment have the same in one of
// 65,536 cases, and within every 8 square metres on earth lies a place that has it.
inline constexpr const char* kTraceOfPlace = "(latitude_e7 * 31 + longitude_e7) & 65535";

// The first eleven columns; nothing is NULL.
struct FixRow {
    std::array<std::optional<std::int64_t>, 11> numbers;
};
FixRow fix_row_of(const Fix& fix);

// Binds the parameters 1 to 13 in the order of kFixColumns.
void bind_fix_row(Statement& statement, const Fix& fix, std::int64_t sequence);

struct StoredFix {
    Fix fix;
    std::int64_t sequence = 0;
};

// Reads the current row into `stored`, whose memory is used again.
void read_fix_row(const Statement& statement, StoredFix& stored);

// What a map and a chart draw of a fix: five columns, read in half the time of all thirteen.
struct TrackPoint {
    UnixMillis time_ms = 0;
    std::int32_t latitude_e7 = 0;
    std::int32_t longitude_e7 = 0;
    std::optional<float> altitude_m;
    std::optional<float> speed_mps;
};

// The columns that read_track_point() expects, in its order.
inline constexpr const char* kTrackPointColumns =
    "time_ms, latitude_e7, longitude_e7, altitude_cm, speed_mm_s";

TrackPoint read_track_point(const Statement& statement);

// What trips and stays are found from.
inline constexpr const char* kSeenPointColumns = "time_ms, latitude_e7, longitude_e7, accuracy_cm";

SeenPoint read_seen_point(const Statement& statement);

// Percent as it is stored.
std::optional<std::int64_t> to_per_mille(std::optional<float> percent);
std::optional<float> from_per_mille(std::optional<std::int64_t> per_mille);

}  // namespace waymark::tracker
