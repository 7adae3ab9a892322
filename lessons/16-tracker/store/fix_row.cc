#include "store/fix_row.hh"

#include <fmt/core.h>

#include <cmath>

namespace waymark::tracker {
namespace {

std::optional<std::int64_t> scaled(std::optional<float> value, double factor) {
    if (!value) return std::nullopt;
    return std::llround(static_cast<double>(*value) * factor);
}

std::optional<float> unscaled(std::optional<std::int64_t> value, double factor) {
    if (!value) return std::nullopt;
    return static_cast<float>(static_cast<double>(*value) / factor);
}

}  // namespace

std::optional<std::int64_t> to_per_mille(std::optional<float> percent) {
    return scaled(percent, 10);
}

std::optional<float> from_per_mille(std::optional<std::int64_t> per_mille) {
    return unscaled(per_mille, 10);
}

FixRow fix_row_of(const Fix& fix) {
    return {{fix.device, fix.time_ms, fix.latitude_e7, fix.longitude_e7,
             scaled(fix.altitude_m, 100), scaled(fix.speed_mps, 1000), scaled(fix.course_deg, 100),
             scaled(fix.accuracy_m, 100), to_per_mille(fix.battery_percent), fix.valid ? 1 : 0,
             static_cast<std::int64_t>(fix.source)}};
}

void bind_fix_row(Statement& statement, const Fix& fix, std::int64_t sequence) {
    int index = 0;
    for (const std::optional<std::int64_t>& number : fix_row_of(fix).numbers)
        statement.bind_if(++index, number);
    if (fix.extras.empty())
        statement.bind_nothing(12);
    else
        statement.bind_text(12, fix.extras);
    statement.bind(13, sequence);
}

std::string stored_columns(const Connection& connection) {
    std::string columns = kFixColumns;
    if (!connection.is_sqlite()) columns += ", writer";
    return columns;
}

std::string insert_fix(const Connection& connection) {
    if (connection.is_sqlite()) return kInsertFix;
    return fmt::format(
        "INSERT INTO fix ({}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, {} "
        "WHERE EXISTS (SELECT 1 FROM device WHERE number = ?1) AND NOT EXISTS (SELECT 1 FROM "
        "hidden_fix WHERE device = ?1 AND time_ms = ?2 AND latitude_e7 = ?3 AND longitude_e7 = ?4) "
        "AND NOT EXISTS (SELECT 1 FROM deleted_fix WHERE device = ?1 AND time_ms = ?2 AND trace = "
        "(?3 * 31 + ?4) & 65535) ON CONFLICT DO NOTHING",
        stored_columns(connection), connection.writer().number);
}

void read_fix_row(const Statement& statement, StoredFix& stored) {
    Fix& fix = stored.fix;
    fix.device = static_cast<DeviceNumber>(statement.integer(0));
    fix.time_ms = statement.integer(1);
    fix.latitude_e7 = static_cast<std::int32_t>(statement.integer(2));
    fix.longitude_e7 = static_cast<std::int32_t>(statement.integer(3));
    fix.altitude_m = unscaled(statement.integer_if(4), 100);
    fix.speed_mps = unscaled(statement.integer_if(5), 1000);
    fix.course_deg = unscaled(statement.integer_if(6), 100);
    fix.accuracy_m = unscaled(statement.integer_if(7), 100);
    fix.battery_percent = from_per_mille(statement.integer_if(8));
    fix.valid = statement.integer(9) != 0;
    fix.source = static_cast<Source>(statement.integer(10));
    fix.extras = statement.text(11);
    stored.sequence = statement.integer(12);
}

TrackPoint read_track_point(const Statement& statement) {
    return {.time_ms = statement.integer(0),
            .latitude_e7 = static_cast<std::int32_t>(statement.integer(1)),
            .longitude_e7 = static_cast<std::int32_t>(statement.integer(2)),
            .altitude_m = unscaled(statement.integer_if(3), 100),
            .speed_mps = unscaled(statement.integer_if(4), 1000)};
}

SeenPoint read_seen_point(const Statement& statement) {
    return {.time_ms = statement.integer(0),
            .latitude_e7 = static_cast<std::int32_t>(statement.integer(1)),
            .longitude_e7 = static_cast<std::int32_t>(statement.integer(2)),
            .accuracy_m = unscaled(statement.integer_if(3), 100)};
}

}  // namespace waymark::tracker
