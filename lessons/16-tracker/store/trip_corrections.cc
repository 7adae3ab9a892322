#include "store/trip_corrections.hh"

#include <fmt/core.h>

#include "daemon/error.hh"
#include "store/change_lock.hh"

namespace waymark::tracker {

std::int64_t TripCorrections::add(DeviceNumber device, SegmentCorrection::Kind kind,
                                  UnixMillis at_ms, UnixMillis now) {
    one_change_at_a_time(connection_);
    Statement count(connection_,
                    "SELECT (SELECT count(*) FROM trip_correction WHERE device = ?1) "
                    "FROM device WHERE number = ?1 AND removed_ms IS NULL");
    count.bind(1, device);
    if (!count.step()) throw daemon::UsageError("there is no such device");
    if (count.integer(0) >= kMostOfADevice)
        throw daemon::UsageError(fmt::format(
            "this device has {} corrections already: undo some of them", kMostOfADevice));
    Statement insert(connection_,
                     "INSERT INTO trip_correction (number, device, at_ms, kind, made_ms) "
                     "VALUES (?1, ?2, ?3, ?4, ?5)");
    insert.bind_if(1, connection_.new_number());
    insert.bind(2, device);
    insert.bind(3, at_ms);
    insert.bind(4, static_cast<std::int64_t>(kind));
    insert.bind(5, now);
    insert.run();
    return connection_.last_row();
}

void TripCorrections::remove(DeviceNumber device, std::int64_t number) {
    Statement remove(connection_, "DELETE FROM trip_correction WHERE number = ?1 AND device = ?2");
    remove.bind(1, number);
    remove.bind(2, device);
    remove.run();
    if (connection_.changed_rows() == 0)
        throw daemon::UsageError("this correction is not there any more");
}

std::vector<SegmentCorrection> TripCorrections::list(DeviceNumber device, UnixMillis from,
                                                     UnixMillis to) {
    Statement select(connection_,
                     "SELECT number, kind, at_ms FROM trip_correction "
                     "WHERE device = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY number");
    select.bind(1, device);
    select.bind(2, from);
    select.bind(3, to);
    std::vector<SegmentCorrection> corrections;
    while (select.step())
        corrections.push_back({select.integer(0),
                               static_cast<SegmentCorrection::Kind>(select.integer(1)),
                               select.integer(2)});
    return corrections;
}

}  // namespace waymark::tracker
