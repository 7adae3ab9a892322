#include "store/device_edits.hh"

#include <fmt/core.h>

#include <iterator>

#include "daemon/error.hh"
#include "store/change_lock.hh"
#include "store/corrections.hh"
#include "store/devices.hh"
#include "store/writer.hh"
#include "token.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

// Of PostgreSQL: they are distributed by device, and so refer to no other table.
constexpr const char* kTablesWithoutReference[] = {"fix", "hidden_fix", "deleted_fix"};

}  // namespace

std::string DeviceEdits::name_of(DeviceNumber device) {
    Statement query(connection_,
                    "SELECT name FROM device WHERE number = ?1 AND removed_ms IS NULL");
    query.bind(1, device);
    if (!query.step()) throw UsageError("there is no such device");
    return std::string(query.text(0));
}

void DeviceEdits::require_device(DeviceNumber device) {
    name_of(device);
}

void DeviceEdits::add_identifier(DeviceNumber device, std::string_view identifier) {
    check_identifier(identifier);
    one_change_at_a_time(connection_);
    require_device(device);
    Statement owner(connection_,
                    "SELECT number, name FROM identifier JOIN device ON number = device "
                    "WHERE text = ?1");
    owner.bind_text(1, identifier);
    if (owner.step()) {
        if (owner.integer(0) == static_cast<std::int64_t>(device)) return;
        throw UsageError(
            fmt::format("the identifier {} belongs to the device {}", identifier, owner.text(1)));
    }
    Statement insert(connection_, "INSERT INTO identifier (text, device) VALUES (?1, ?2)");
    insert.bind_text(1, identifier);
    insert.bind(2, device);
    insert.run();
}

void DeviceEdits::remove_identifier(DeviceNumber device, std::string_view identifier) {
    one_change_at_a_time(connection_);
    const std::string name = name_of(device);
    Statement remove(connection_, "DELETE FROM identifier WHERE text = ?1 AND device = ?2");
    remove.bind_text(1, identifier);
    remove.bind(2, device);
    remove.run();
    if (connection_.changed_rows() == 0)
        throw UsageError(
            fmt::format("the device {} does not have the identifier {}", name, identifier));
}

void DeviceEdits::set_token(DeviceNumber device, std::string_view token) {
    one_change_at_a_time(connection_);
    require_device(device);
    const TokenHash hash = hash_token(token);
    Statement update(connection_, "UPDATE device SET token_hash = ?2 WHERE number = ?1");
    update.bind(1, device);
    update.bind_bytes(2, {reinterpret_cast<const char*>(hash.data()), hash.size()});
    update.run();
}

void DeviceEdits::share(const Friendship& friendship, bool may_see) {
    one_change_at_a_time(connection_);
    require_device(friendship.viewer);
    require_device(friendship.seen);
    if (friendship.viewer == friendship.seen)
        throw UsageError("a device need not be shared with itself");
    Statement change(connection_, may_see ? "INSERT INTO friend (viewer, seen) VALUES (?1, ?2) "
                                            "ON CONFLICT DO NOTHING"
                                          : "DELETE FROM friend WHERE viewer = ?1 AND seen = ?2");
    change.bind(1, friendship.viewer);
    change.bind(2, friendship.seen);
    change.run();
}

// Its name is free from now on. What takes its place has a control character, as no name that a
// person can give.
void DeviceEdits::begin_removal(DeviceNumber device, UnixMillis now) {
    one_change_at_a_time(connection_);
    require_device(device);
    for (const char* const statement : {"DELETE FROM identifier WHERE device = ?1",
                                        "DELETE FROM friend WHERE viewer = ?1 OR seen = ?1",
                                        "DELETE FROM device_grant WHERE device = ?1"}) {
        Statement forget(connection_, statement);
        forget.bind(1, device);
        forget.run();
    }
    Statement hide(connection_,
                   "UPDATE device SET token_hash = NULL, box_key = NULL, "
                   "name = ?3, removed_ms = ?2 WHERE number = ?1");
    const std::string name = fmt::format("\x7F{}", device);
    hide.bind(1, device);
    hide.bind(2, now);
    hide.bind_text(3, name);
    hide.run();
}

bool DeviceEdits::Leftovers::is_end() const {
    return table == std::size(kTablesWithoutReference);
}

void DeviceEdits::look_for(Leftovers& leftovers, UnixMillis now) {
    if (connection_.is_sqlite()) leftovers.table = std::size(kTablesWithoutReference);
    for (int looked = 0; looked < kLookedAtAtOnce && !leftovers.is_end(); ++looked) {
        // From one device to the next by the index: the table is not read whole.
        Statement next(connection_, fmt::format("SELECT min(device) FROM {} WHERE device > ?1",
                                                kTablesWithoutReference[leftovers.table]));
        next.bind(1, leftovers.device);
        next.step();
        leftovers.device = next.integer_if(0).value_or(0);
        if (leftovers.device == 0)
            ++leftovers.table;
        else if (!is_row(leftovers.device))
            begin_removal_of_leftovers(leftovers, now);
    }
}

bool DeviceEdits::is_row(std::int64_t device) {
    Statement row(connection_, "SELECT 1 FROM device WHERE number = ?1");
    row.bind(1, device);
    return row.step();
}

void DeviceEdits::begin_removal_of_leftovers(Leftovers& leftovers, UnixMillis now) {
    Statement insert(connection_,
                     "INSERT INTO device (number, name, created_ms, removed_ms) VALUES (?1, ?2, "
                     "?3, ?3) ON CONFLICT DO NOTHING");
    const std::string name = fmt::format("\x7F{}", leftovers.device);
    insert.bind(1, leftovers.device);
    insert.bind_text(2, name);
    insert.bind(3, now);
    insert.run();
    leftovers.devices += connection_.changed_rows();
}

std::optional<DeviceNumber> DeviceEdits::to_remove() {
    Statement query(connection_, "SELECT number FROM device WHERE removed_ms IS NOT NULL LIMIT 1");
    if (!query.step()) return std::nullopt;
    return static_cast<DeviceNumber>(query.integer(0));
}

bool DeviceEdits::remove_step(DeviceNumber device) {
    Transaction transaction(connection_);
    const bool is_more = remove_some(device);
    transaction.commit();
    return is_more;
}

bool DeviceEdits::remove_some(DeviceNumber device) {
    // Writes, and so holds the row: where two trackers go on with one removal (PostgreSQL), the
    // second of them would else find nothing left of what the first deletes at that moment, and
    // forget the device before the rest of its fixes.
    Statement begun(connection_,
                    "UPDATE device SET removed_ms = removed_ms WHERE number = ?1 AND removed_ms IS "
                    "NOT NULL");
    begun.bind(1, device);
    begun.run();
    if (connection_.changed_rows() == 0) return false;
    Statement fixes(connection_,
                    "DELETE FROM fix WHERE device = ?1 AND time_ms <= coalesce((SELECT time_ms "
                    "FROM fix WHERE device = ?1 ORDER BY time_ms LIMIT 1 OFFSET ?2), "
                    "9223372036854775807)");
    Statement points(connection_,
                     "DELETE FROM quarantine WHERE number IN (SELECT number FROM quarantine "
                     "WHERE device = ?1 LIMIT ?2)");
    for (Statement* const some : {&fixes, &points}) {
        some->bind(1, device);
        some->bind(2, kRemovedAtOnce - 1);
        some->run();
        if (connection_.changed_rows() > 0) return true;
    }
    if (Corrections(connection_).forget_some(device, kRemovedAtOnce)) return true;
    // Another tracker may have begun to store before the removal, and not ended. What it has stored
    // is seen when it has.
    wait_for_writers(connection_);
    for (const char* const statement :
         {"DELETE FROM fix WHERE device = ?1", "DELETE FROM device WHERE number = ?1"}) {
        Statement last(connection_, statement);
        last.bind(1, device);
        last.run();
    }
    return false;
}

std::vector<Friendship> read_friendships(Connection& connection) {
    std::vector<Friendship> friendships;
    Statement rows(connection, "SELECT viewer, seen FROM friend ORDER BY seen, viewer");
    while (rows.step())
        friendships.push_back({static_cast<DeviceNumber>(rows.integer(0)),
                               static_cast<DeviceNumber>(rows.integer(1))});
    return friendships;
}

}  // namespace waymark::tracker
