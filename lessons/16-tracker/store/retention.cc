#include "store/retention.hh"

#include <fmt/format.h>

#include <array>

#include "daemon/error.hh"
#include "store/change_lock.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

// Each deletes at most ?3 rows of device ?1 that are older than ?2. SQLite deletes with LIMIT only
// if it was built so (sqlite.org/lang_delete.html, section 3): the rows are found by their keys.
constexpr std::array kSteps = {
    "DELETE FROM fix WHERE device = ?1 AND (time_ms, latitude_e7, longitude_e7) IN (SELECT "
    "time_ms, "
    "latitude_e7, longitude_e7 FROM fix WHERE device = ?1 AND time_ms < ?2 LIMIT ?3)",
    "DELETE FROM hidden_fix WHERE device = ?1 AND (time_ms, latitude_e7, longitude_e7) IN (SELECT "
    "time_ms, latitude_e7, longitude_e7 FROM hidden_fix WHERE device = ?1 AND time_ms < ?2 LIMIT "
    "?3)",
    "DELETE FROM deleted_fix WHERE device = ?1 AND (time_ms, trace) IN (SELECT time_ms, trace FROM "
    "deleted_fix WHERE device = ?1 AND time_ms < ?2 LIMIT ?3)",
    "DELETE FROM quarantine WHERE number IN (SELECT number FROM quarantine WHERE device = ?1 AND "
    "received_ms < ?2 LIMIT ?3)",
    "DELETE FROM place_event WHERE number IN (SELECT number FROM place_event WHERE device = ?1 AND "
    "time_ms < ?2 LIMIT ?3)",
};

std::int64_t count_older(Connection& connection, const char* query, DeviceNumber device,
                         UnixMillis before) {
    Statement count(connection, query);
    count.bind(1, device);
    count.bind(2, before);
    return count.step() ? count.integer(0) : 0;
}

std::string with_commas(std::int64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t place = digits.size(); place > 3;) {
        place -= 3;
        digits.insert(place, ",");
    }
    return digits;
}

}  // namespace

std::optional<int> Retention::days_of(DeviceNumber device) {
    Statement query(connection_,
                    "SELECT keep_days FROM device WHERE number = ?1 AND removed_ms IS NULL");
    query.bind(1, device);
    if (!query.step()) throw UsageError("there is no such device");
    if (query.is_null(0)) return std::nullopt;
    return static_cast<int>(query.integer(0));
}

void Retention::set_days(DeviceNumber device, std::optional<int> days) {
    one_change_at_a_time(connection_);
    days_of(device);
    if (days && (*days < 1 || *days > kMostDays))
        throw UsageError(fmt::format("{} days cannot be kept: say 1 to {}, or never to remove",
                                     *days, kMostDays));
    Statement update(connection_, "UPDATE device SET keep_days = ?2 WHERE number = ?1");
    update.bind(1, device);
    update.bind_if(2, days);
    update.run();
}

Retention::Preview Retention::preview(DeviceNumber device, int days, UnixMillis now) {
    days_of(device);
    Preview preview;
    preview.before = first_kept(days, now);
    preview.fixes =
        count_older(connection_, "SELECT count(*) FROM fix WHERE device = ?1 AND time_ms < ?2",
                    device, preview.before);
    preview.hidden = count_older(
        connection_, "SELECT count(*) FROM hidden_fix WHERE device = ?1 AND time_ms < ?2", device,
        preview.before);
    preview.quarantined = count_older(
        connection_, "SELECT count(*) FROM quarantine WHERE device = ?1 AND received_ms < ?2",
        device, preview.before);
    return preview;
}

std::optional<Retention::Removed> Retention::step(UnixMillis now) {
    Statement devices(connection_,
                      "SELECT number, keep_days FROM device WHERE keep_days IS NOT NULL AND "
                      "removed_ms IS NULL ORDER BY number");
    while (devices.step()) {
        Removed removed;
        removed.device = static_cast<DeviceNumber>(devices.integer(0));
        removed.before = first_kept(devices.integer(1), now);
        for (const char* const each : kSteps) {
            Statement some(connection_, each);
            some.bind(1, removed.device);
            some.bind(2, removed.before);
            some.bind(3, kAtOnce);
            some.run();
            removed.rows = connection_.changed_rows();
            if (removed.rows > 0) return removed;
        }
    }
    return std::nullopt;
}

std::string to_words(std::optional<int> days) {
    if (!days) return "for ever";
    return *days == 1 ? "1 day" : fmt::format("{} days", *days);
}

std::string to_words(const Retention::Preview& preview) {
    const std::int64_t positions = preview.fixes + preview.hidden;
    std::string words = positions == 1 ? "1 position" : with_commas(positions) + " positions";
    if (preview.hidden > 0)
        words += fmt::format(" ({} of them hidden)", with_commas(preview.hidden));
    if (preview.quarantined > 0)
        words += fmt::format(" and {} {} in quarantine", with_commas(preview.quarantined),
                             preview.quarantined == 1 ? "point" : "points");
    return words;
}

}  // namespace waymark::tracker
