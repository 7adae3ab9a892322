#include "store/correction_steps.hh"

#include <fmt/core.h>

#include <optional>
#include <string>
#include <string_view>

#include "store/fix_row.hh"

namespace waymark::tracker {
namespace {

// From behind where the last step ended up to where this one ends, in the order of the table.
constexpr std::string_view kRange =
    "device = ?1 AND (time_ms, latitude_e7, longitude_e7) > (?2, ?3, ?4) AND "
    "(time_ms, latitude_e7, longitude_e7) <= (?5, ?6, ?7)";
// West is greater than east in a box across the date line.
constexpr std::string_view kInBox =
    "latitude_e7 BETWEEN ?8 AND ?10 AND CASE WHEN ?9 <= ?11 THEN longitude_e7 BETWEEN ?9 AND ?11 "
    "ELSE longitude_e7 >= ?9 OR longitude_e7 <= ?11 END";
constexpr std::string_view kItsOwn = "correction = ?8";

bool is_of_fixes(CorrectionStage stage) {
    return stage == CorrectionStage::fixes || stage == CorrectionStage::undo_fixes;
}

bool is_undone(CorrectionStage stage) {
    return stage == CorrectionStage::undo_fixes || stage == CorrectionStage::undo_hidden;
}

std::string_view table_of(const Correction& correction) {
    return is_of_fixes(correction.stage) ? "fix" : "hidden_fix";
}

// Which rows of the range. Those of a speeds correction may be hidden by others.
bool takes_box(const Correction& correction) {
    return is_of_fixes(correction.stage) || correction.kind == CorrectionKind::speeds;
}

std::string chosen_rows(const Correction& correction) {
    return fmt::format("{} WHERE {} AND {}", table_of(correction), kRange,
                       takes_box(correction) ? kInBox : kItsOwn);
}

// Millimetres an hour: integers, so that a speed and its inverse round alike everywhere.
std::int64_t millimetres_an_hour(SpeedUnit unit) {
    switch (unit) {
        case SpeedUnit::knots:
            return 1'852'000;
        case SpeedUnit::kmh:
            return 1'000'000;
        case SpeedUnit::mph:
            return 1'609'344;
        case SpeedUnit::mps:
        case SpeedUnit::protocol_default:
            break;
    }
    return 3'600'000;
}

void bind_rows(Statement& statement, const Correction& correction, const FixKey& end) {
    statement.bind(1, correction.choice.device);
    statement.bind(2, correction.at.time_ms);
    statement.bind(3, correction.at.latitude_e7);
    statement.bind(4, correction.at.longitude_e7);
    statement.bind(5, end.time_ms);
    statement.bind(6, end.latitude_e7);
    statement.bind(7, end.longitude_e7);
    if (!takes_box(correction)) {
        statement.bind(8, correction.number);
        return;
    }
    const Box& box = correction.choice.box;
    statement.bind(8, box.south_e7);
    statement.bind(9, box.west_e7);
    statement.bind(10, box.north_e7);
    statement.bind(11, box.east_e7);
}

int run_on_rows(Connection& connection, Statement& statement, const Correction& correction,
                const FixKey& end) {
    bind_rows(statement, correction, end);
    statement.run();
    return static_cast<int>(connection.changed_rows());
}

// Copies what is chosen into another table.
void copy_rows(Connection& connection, const Correction& correction, const FixKey& end) {
    const std::string rows = chosen_rows(correction), columns = stored_columns(connection);
    std::string copy;
    if (correction.kind == CorrectionKind::deletion)
        copy = fmt::format(
            "INSERT INTO deleted_fix (device, time_ms, trace) SELECT device, time_ms, {} FROM {}",
            kTraceOfPlace, rows);
    else if (correction.stage == CorrectionStage::fixes)
        copy = fmt::format("INSERT INTO hidden_fix ({0}, correction) SELECT {0}, {1} FROM {2}",
                           columns, correction.number, rows);
    else
        copy = fmt::format("INSERT INTO fix ({0}) SELECT {0} FROM {1}", columns, rows);
    Statement statement(connection, copy + " ON CONFLICT DO NOTHING");
    run_on_rows(connection, statement, correction, end);
}

int move_rows(Connection& connection, const Correction& correction, const FixKey& end) {
    copy_rows(connection, correction, end);
    Statement remove(connection, "DELETE FROM " + chosen_rows(correction));
    return run_on_rows(connection, remove, correction, end);
}

int scale_speeds(Connection& connection, const Correction& correction, const FixKey& end) {
    std::int64_t times = millimetres_an_hour(correction.sent_as);
    std::int64_t by = millimetres_an_hour(correction.read_as);
    if (is_undone(correction.stage)) std::swap(times, by);
    Statement update(
        connection,
        fmt::format("UPDATE {} SET speed_mm_s = (speed_mm_s * {} + {}) / {} WHERE {} AND {} AND "
                    "speed_mm_s IS NOT NULL AND sequence <= {}",
                    table_of(correction), times, by / 2, by, kRange, kInBox,
                    correction.until_sequence));
    return run_on_rows(connection, update, correction, end);
}

int change_rows(Connection& connection, const Correction& correction, const FixKey& end) {
    return correction.kind == CorrectionKind::speeds ? scale_speeds(connection, correction, end)
                                                     : move_rows(connection, correction, end);
}

// Points are counted up while they are hidden, deleted or put right, and down while that is undone
// or what is hidden is deleted.
bool counts_down(const Correction& correction) {
    return is_undone(correction.stage) || (correction.kind == CorrectionKind::deletion &&
                                           correction.stage == CorrectionStage::hidden);
}

// Nothing if no row is left.
std::optional<FixKey> end_of_step(Connection& connection, const Correction& correction,
                                  int at_once) {
    Statement keys(connection,
                   fmt::format("SELECT time_ms, latitude_e7, longitude_e7 FROM {} WHERE device = "
                               "?1 AND (time_ms, latitude_e7, longitude_e7) > (?2, ?3, ?4) AND "
                               "time_ms < ?5 ORDER BY time_ms, latitude_e7, longitude_e7 LIMIT ?6",
                               table_of(correction)));
    keys.bind(1, correction.choice.device);
    keys.bind(2, correction.at.time_ms);
    keys.bind(3, correction.at.latitude_e7);
    keys.bind(4, correction.at.longitude_e7);
    keys.bind(5, correction.choice.to);
    keys.bind(6, at_once);
    std::optional<FixKey> end;
    while (keys.step())
        end = FixKey{keys.integer(0), static_cast<std::int32_t>(keys.integer(1)),
                     static_cast<std::int32_t>(keys.integer(2))};
    return end;
}

}  // namespace

bool do_step(Connection& connection, Correction& correction, int at_once) {
    const std::optional<FixKey> end = end_of_step(connection, correction, at_once);
    if (!end) return false;
    const int changed = change_rows(connection, correction, *end);
    correction.points += counts_down(correction) ? -changed : changed;
    correction.at = *end;
    return true;
}

int take_one(Connection& connection, const Correction& correction, const FixKey& key) {
    Correction of_one = correction;
    of_one.stage = CorrectionStage::fixes;
    of_one.choice.box = {};
    of_one.at = {key.time_ms, key.latitude_e7, key.longitude_e7 - 1};
    return change_rows(connection, of_one, key);
}

void write_progress(Connection& connection, const Correction& correction) {
    Statement update(connection,
                     "UPDATE correction SET kind = ?2, doing = ?3, from_ms = ?4, to_ms = ?5, "
                     "points = ?6, at_ms = ?7, at_latitude_e7 = ?8, at_longitude_e7 = ?9 WHERE "
                     "number = ?1");
    update.bind(1, correction.number);
    update.bind(2, static_cast<std::int64_t>(correction.kind));
    update.bind(3, static_cast<std::int64_t>(correction.stage));
    update.bind(4, correction.choice.from);
    update.bind(5, correction.choice.to);
    update.bind(6, correction.points);
    update.bind(7, correction.at.time_ms);
    update.bind(8, correction.at.latitude_e7);
    update.bind(9, correction.at.longitude_e7);
    update.run();
}

}  // namespace waymark::tracker
