#include "store/devices.hh"

#include <fmt/core.h>

#include <array>
#include <cstring>
#include <map>
#include <tuple>

#include "daemon/error.hh"
#include "store/change_lock.hh"
#include "store/device_edits.hh"
#include "store/fix_row.hh"

namespace waymark::tracker {
namespace {

// Of a hash or a key.
std::string_view as_text(const std::array<unsigned char, 32>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Nothing if there is none.
std::optional<std::array<unsigned char, 32>> as_bytes(std::string_view text) {
    std::array<unsigned char, 32> bytes{};
    if (text.size() != bytes.size()) return std::nullopt;
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
}

}  // namespace

void Devices::refuse_taken(const NewDevice& device) {
    Statement by_name(connection_, "SELECT 1 FROM device WHERE name = ?1");
    by_name.bind_text(1, device.name);
    if (by_name.step())
        throw daemon::UsageError(fmt::format(
            "there is a device {} already: choose another name, or remove it first", device.name));
    Statement by_identifier(connection_,
                            "SELECT name FROM identifier JOIN device ON number = device "
                            "WHERE text = ?1");
    for (const std::string& identifier : device.identifiers) {
        by_identifier.bind_text(1, identifier);
        if (by_identifier.step())
            throw daemon::UsageError(fmt::format("the identifier {} belongs to the device {}",
                                                 identifier, by_identifier.text(0)));
        by_identifier.reset();
    }
    if (!device.token) return;
    const TokenHash hash = hash_token(*device.token);
    Statement by_token(connection_, "SELECT name FROM device WHERE token_hash = ?1");
    by_token.bind_bytes(1, as_text(hash));
    if (by_token.step())
        throw daemon::UsageError(
            fmt::format("the token belongs to the device {}: take another", by_token.text(0)));
}

void Devices::add_one(const NewDevice& device, UnixMillis now) {
    check_device_name(device.name);
    for (const std::string& identifier : device.identifiers) check_identifier(identifier);
    refuse_taken(device);
    Statement insert(connection_,
                     "INSERT INTO device (number, name, token_hash, speed_unit, created_ms, "
                     "box_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    TokenHash hash{};
    insert.bind_if(1, connection_.new_small_number("device"));
    insert.bind_text(2, device.name);
    if (device.token) {
        hash = hash_token(*device.token);
        insert.bind_bytes(3, as_text(hash));
    }
    insert.bind(4, static_cast<std::int64_t>(device.speed_unit));
    insert.bind(5, now);
    if (device.box_key) insert.bind_bytes(6, as_text(*device.box_key));
    insert.run();
    const std::int64_t number = connection_.last_row();
    Statement identify(connection_, "INSERT INTO identifier (text, device) VALUES (?1, ?2)");
    for (const std::string& identifier : device.identifiers) {
        identify.bind_text(1, identifier);
        identify.bind(2, number);
        identify.run();
    }
}

void Devices::add(const std::vector<NewDevice>& devices, UnixMillis now) {
    Transaction transaction(connection_);
    one_change_at_a_time(connection_);
    for (const NewDevice& device : devices) add_one(device, now);
    transaction.commit();
}

std::vector<Device> Devices::list() {
    std::vector<Device> devices;
    Statement rows(
        connection_,
        "SELECT number, name, speed_unit, created_ms, token_hash, last_seen_ms, keep_days "
        "FROM device LEFT JOIN device_state ON device = number "
        "WHERE removed_ms IS NULL ORDER BY name");
    std::map<DeviceNumber, std::size_t> places;
    while (rows.step()) {
        Device& device = devices.emplace_back();
        device.number = static_cast<DeviceNumber>(rows.integer(0));
        device.name = rows.text(1);
        device.speed_unit = static_cast<SpeedUnit>(rows.integer(2));
        device.created_ms = rows.integer(3);
        device.has_token = !rows.is_null(4);
        device.last_seen_ms = rows.integer_if(5);
        device.keep_days = rows.integer_if(6);
        places[device.number] = devices.size() - 1;
    }
    // All at once: for each device by itself, a database on another machine would be asked as
    // often.
    Statement identifiers(connection_, "SELECT device, text FROM identifier ORDER BY text");
    while (identifiers.step()) {
        const auto place = places.find(static_cast<DeviceNumber>(identifiers.integer(0)));
        if (place == places.end()) continue;  // added between the two queries
        devices[place->second].identifiers.emplace_back(identifiers.text(1));
    }
    return devices;
}

bool Devices::has(std::string_view name) {
    Statement statement(connection_, "SELECT 1 FROM device WHERE name = ?1");
    statement.bind_text(1, name);
    return statement.step();
}

DeviceNumber Devices::number_of(std::string_view name) {
    Statement statement(connection_,
                        "SELECT number FROM device WHERE name = ?1 AND removed_ms IS NULL");
    statement.bind_text(1, name);
    if (!statement.step())
        throw daemon::UsageError(
            fmt::format("there is no device {}: 'tracker device list' shows all", name));
    return static_cast<DeviceNumber>(statement.integer(0));
}

void Devices::rename(DeviceNumber device, std::string_view name) {
    check_device_name(name);
    Transaction transaction(connection_);
    one_change_at_a_time(connection_);
    Statement taken(connection_, "SELECT 1 FROM device WHERE name = ?1 AND number <> ?2");
    taken.bind_text(1, name);
    taken.bind(2, device);
    if (taken.step())
        throw daemon::UsageError(
            fmt::format("there is a device {} already: choose another name", name));
    Statement update(connection_,
                     "UPDATE device SET name = ?2 WHERE number = ?1 AND removed_ms IS NULL");
    update.bind(1, device);
    update.bind_text(2, name);
    update.run();
    if (connection_.changed_rows() == 0) throw daemon::UsageError("there is no such device");
    transaction.commit();
}

void Devices::set_token(std::string_view name, std::string_view token) {
    Transaction transaction(connection_);
    DeviceEdits(connection_).set_token(number_of(name), token);
    transaction.commit();
}

void Devices::set_box_key(std::string_view name, const std::optional<BoxKey>& key) {
    Transaction transaction(connection_);
    one_change_at_a_time(connection_);
    Statement update(connection_, "UPDATE device SET box_key = ?2 WHERE number = ?1");
    update.bind(1, number_of(name));
    if (key) update.bind_bytes(2, as_text(*key));
    update.run();
    transaction.commit();
}

void Devices::share(std::string_view viewer, std::string_view seen, bool may_see) {
    Transaction transaction(connection_);
    DeviceEdits(connection_).share({number_of(viewer), number_of(seen)}, may_see);
    transaction.commit();
}

std::int64_t Devices::count_fixes(std::string_view name) {
    Statement count(connection_, "SELECT count(*) FROM fix WHERE device = ?1");
    count.bind(1, number_of(name));
    return count.step() ? count.integer(0) : 0;
}

void Devices::remove(std::string_view name, UnixMillis now) {
    DeviceEdits edits(connection_);
    Transaction transaction(connection_);
    const DeviceNumber number = number_of(name);
    edits.begin_removal(number, now);
    transaction.commit();
    while (edits.remove_step(number)) {
    }
}

std::vector<DirectoryEntry> read_directory(Connection& connection) {
    std::vector<DirectoryEntry> entries;
    std::map<DeviceNumber, std::size_t> places;
    Statement devices(connection,
                      "SELECT number, speed_unit, token_hash, name, box_key FROM device "
                      "WHERE removed_ms IS NULL");
    while (devices.step()) {
        DirectoryEntry& entry = entries.emplace_back();
        entry.device.number = static_cast<DeviceNumber>(devices.integer(0));
        entry.device.speed_unit = static_cast<SpeedUnit>(devices.integer(1));
        places[entry.device.number] = entries.size() - 1;
        entry.token_hash = as_bytes(devices.text(2));
        entry.name = devices.text(3);
        entry.box_key = as_bytes(devices.text(4));
    }
    Statement friends(connection, "SELECT viewer, seen FROM friend");
    while (friends.step()) {
        const auto viewer = places.find(static_cast<DeviceNumber>(friends.integer(0)));
        if (viewer == places.end()) continue;
        entries[viewer->second].friends.push_back(static_cast<DeviceNumber>(friends.integer(1)));
    }
    Statement identifiers(connection, "SELECT device, text FROM identifier");
    while (identifiers.step()) {
        const auto place = places.find(static_cast<DeviceNumber>(identifiers.integer(0)));
        // One that was added between the two queries comes with the next reading.
        if (place == places.end()) continue;
        entries[place->second].identifiers.emplace_back(identifiers.text(1));
    }
    return entries;
}

std::vector<LastPlace> read_last_places(Connection& connection, UnixMillis latest) {
    std::vector<LastPlace> places;
    Statement seen(connection, "SELECT DISTINCT seen FROM friend");
    Statement last(
        connection,
        fmt::format("SELECT {} FROM fix WHERE device = ?1 AND valid <> 0 AND time_ms <= ?2 "
                    "ORDER BY time_ms DESC LIMIT 1",
                    kFixColumns));
    StoredFix stored;
    while (seen.step()) {
        last.bind(1, seen.integer(0));
        last.bind(2, latest);
        if (last.step()) {
            read_fix_row(last, stored);
            places.push_back(place_of(stored.fix));
        }
        last.reset();
    }
    return places;
}

}  // namespace waymark::tracker
