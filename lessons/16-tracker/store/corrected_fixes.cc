// What corrections are about, for those who look: which fixes a choice has, which ones are hidden.
// Declared in corrections.hh.

#include <fmt/core.h>

#include <limits>

#include "store/corrections.hh"

namespace waymark::tracker {
namespace {

constexpr const char* kChosenFixes =
    "device = ?1 AND time_ms < ?2 AND (time_ms, latitude_e7, longitude_e7) > (?3, ?4, ?5) AND "
    "latitude_e7 BETWEEN ?6 AND ?8 AND CASE WHEN ?7 <= ?9 THEN longitude_e7 BETWEEN ?7 AND ?9 "
    "ELSE longitude_e7 >= ?7 OR longitude_e7 <= ?9 END";

void bind_choice_of_fixes(Statement& statement, const FixChoice& choice,
                          const std::optional<FixKey>& after) {
    constexpr std::int32_t kBeforeAll = std::numeric_limits<std::int32_t>::min();
    const FixKey from = after ? *after : FixKey{choice.from, kBeforeAll, kBeforeAll};
    statement.bind(1, choice.device);
    statement.bind(2, choice.to);
    statement.bind(3, from.time_ms);
    statement.bind(4, from.latitude_e7);
    statement.bind(5, from.longitude_e7);
    statement.bind(6, choice.box.south_e7);
    statement.bind(7, choice.box.west_e7);
    statement.bind(8, choice.box.north_e7);
    statement.bind(9, choice.box.east_e7);
}

std::vector<StoredFix> read_fixes(Statement& rows) {
    std::vector<StoredFix> fixes;
    while (rows.step()) read_fix_row(rows, fixes.emplace_back());
    return fixes;
}

}  // namespace

bool Corrections::any() {
    return connection_.number(
               "SELECT EXISTS (SELECT 1 FROM hidden_fix) OR EXISTS (SELECT 1 FROM deleted_fix)") !=
           0;
}

std::int64_t Corrections::count(const FixChoice& choice) {
    Statement count(connection_, fmt::format("SELECT count(*) FROM fix WHERE {}", kChosenFixes));
    bind_choice_of_fixes(count, choice, std::nullopt);
    return count.step() ? count.integer(0) : 0;
}

std::vector<StoredFix> Corrections::fixes(const FixChoice& choice,
                                          const std::optional<FixKey>& after, int most) {
    Statement rows(connection_,
                   fmt::format("SELECT {} FROM fix WHERE {} ORDER BY time_ms, latitude_e7, "
                               "longitude_e7 LIMIT ?10",
                               kFixColumns, kChosenFixes));
    bind_choice_of_fixes(rows, choice, after);
    rows.bind(10, most);
    return read_fixes(rows);
}

std::vector<StoredFix> Corrections::hidden(std::int64_t number, int most) {
    const Correction correction = get(number);
    Statement rows(connection_,
                   fmt::format("SELECT {} FROM hidden_fix WHERE device = ?1 AND time_ms >= ?2 AND "
                               "time_ms < ?3 AND correction = ?4 ORDER BY time_ms LIMIT ?5",
                               kFixColumns));
    rows.bind(1, correction.choice.device);
    rows.bind(2, correction.choice.from);
    rows.bind(3, correction.choice.to);
    rows.bind(4, number);
    rows.bind(5, most);
    return read_fixes(rows);
}

Corrections::UnitOf Corrections::unit(DeviceNumber device) {
    Statement row(connection_, "SELECT speed_unit, unit_since FROM device WHERE number = ?1");
    row.bind(1, device);
    if (!row.step()) return {};
    return {static_cast<SpeedUnit>(row.integer(0)), row.integer(1)};
}

std::vector<Fix> Corrections::newest(DeviceNumber device, UnixMillis latest, std::int64_t since,
                                     int most) {
    Statement rows(
        connection_,
        fmt::format("SELECT {} FROM (SELECT * FROM fix WHERE device = ?1 AND time_ms <= "
                    "?2 ORDER BY time_ms DESC LIMIT ?3) AS newest WHERE valid <> 0 AND sequence "
                    "> ?4",
                    kFixColumns));
    rows.bind(1, device);
    rows.bind(2, latest);
    rows.bind(3, most);
    rows.bind(4, since);
    std::vector<Fix> fixes;
    StoredFix stored;
    while (rows.step()) {
        read_fix_row(rows, stored);
        fixes.push_back(std::move(stored.fix));
    }
    return fixes;
}

bool Corrections::forget_some(DeviceNumber device, int at_most) {
    for (const char* table : {"hidden_fix", "deleted_fix"}) {
        Statement remove(connection_,
                         fmt::format("DELETE FROM {0} WHERE device = ?1 AND time_ms <= coalesce("
                                     "(SELECT time_ms FROM {0} WHERE device = ?1 ORDER BY time_ms "
                                     "LIMIT 1 OFFSET ?2), 9223372036854775807)",
                                     table));
        remove.bind(1, device);
        remove.bind(2, at_most);
        remove.run();
        if (connection_.changed_rows() > at_most) return true;
    }
    return false;
}

}  // namespace waymark::tracker
