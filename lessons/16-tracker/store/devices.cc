#include "store/devices.hh"

#include <fmt/core.h>

#include <cstring>
#include <map>
#include <tuple>

#include "daemon/error.hh"

namespace waymark::tracker {
namespace {

constexpr int kRemovedAtOnce = 10'000;  // about 50 ms during which nobody else can write

std::string_view as_text(const TokenHash& hash) {
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
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
                     "INSERT INTO device (name, token_hash, speed_unit, created_ms) "
                     "VALUES (?1, ?2, ?3, ?4)");
    TokenHash hash{};
    insert.bind_text(1, device.name);
    if (device.token) {
        hash = hash_token(*device.token);
        insert.bind_bytes(2, as_text(hash));
    }
    insert.bind(3, static_cast<std::int64_t>(device.speed_unit));
    insert.bind(4, now);
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
    for (const NewDevice& device : devices) add_one(device, now);
    transaction.commit();
}

std::vector<Device> Devices::list() {
    std::vector<Device> devices;
    Statement rows(connection_,
                   "SELECT number, name, speed_unit, created_ms, token_hash, last_seen_ms "
                   "FROM device LEFT JOIN device_state ON device = number ORDER BY name");
    Statement identifiers(connection_,
                          "SELECT text FROM identifier WHERE device = ?1 ORDER BY text");
    while (rows.step()) {
        Device& device = devices.emplace_back();
        device.number = static_cast<DeviceNumber>(rows.integer(0));
        device.name = rows.text(1);
        device.speed_unit = static_cast<SpeedUnit>(rows.integer(2));
        device.created_ms = rows.integer(3);
        device.has_token = !rows.is_null(4);
        device.last_seen_ms = rows.integer_if(5);
        identifiers.bind(1, device.number);
        while (identifiers.step()) device.identifiers.emplace_back(identifiers.text(0));
        identifiers.reset();
    }
    return devices;
}

bool Devices::has(std::string_view name) {
    Statement statement(connection_, "SELECT 1 FROM device WHERE name = ?1");
    statement.bind_text(1, name);
    return statement.step();
}

DeviceNumber Devices::number_of(std::string_view name) {
    Statement statement(connection_, "SELECT number FROM device WHERE name = ?1");
    statement.bind_text(1, name);
    if (!statement.step())
        throw daemon::UsageError(
            fmt::format("there is no device {}: 'tracker device list' shows all", name));
    return static_cast<DeviceNumber>(statement.integer(0));
}

void Devices::set_token(std::string_view name, std::string_view token) {
    const TokenHash hash = hash_token(token);
    Transaction transaction(connection_);
    Statement update(connection_, "UPDATE device SET token_hash = ?2 WHERE number = ?1");
    update.bind(1, number_of(name));
    update.bind_bytes(2, as_text(hash));
    update.run();
    transaction.commit();
}

std::int64_t Devices::count_fixes(std::string_view name) {
    Statement count(connection_, "SELECT count(*) FROM fix WHERE device = ?1");
    count.bind(1, number_of(name));
    return count.step() ? count.integer(0) : 0;
}

void Devices::remove(std::string_view name) {
    const DeviceNumber number = number_of(name);
    {
        Transaction transaction(connection_);
        Statement forget(connection_, "UPDATE device SET token_hash = NULL WHERE number = ?1");
        forget.bind(1, number);
        forget.run();
        Statement unname(connection_, "DELETE FROM identifier WHERE device = ?1");
        unname.bind(1, number);
        unname.run();
        transaction.commit();
    }
    Statement remove_some(connection_,
                          "DELETE FROM fix WHERE device = ?1 AND time_ms <= coalesce((SELECT "
                          "time_ms FROM fix WHERE device = ?1 ORDER BY time_ms LIMIT 1 OFFSET ?2), "
                          "9223372036854775807)");
    for (bool more = true; more;) {
        remove_some.bind(1, number);
        remove_some.bind(2, kRemovedAtOnce);
        remove_some.run();
        more = connection_.changed_rows() > kRemovedAtOnce;
    }
    Statement remove_device(connection_, "DELETE FROM device WHERE number = ?1");
    remove_device.bind(1, number);
    remove_device.run();
}

std::vector<DirectoryEntry> read_directory(Connection& connection) {
    std::vector<DirectoryEntry> entries;
    std::map<DeviceNumber, std::size_t> places;
    Statement devices(connection, "SELECT number, speed_unit, token_hash FROM device");
    while (devices.step()) {
        DirectoryEntry& entry = entries.emplace_back();
        entry.device.number = static_cast<DeviceNumber>(devices.integer(0));
        entry.device.speed_unit = static_cast<SpeedUnit>(devices.integer(1));
        places[entry.device.number] = entries.size() - 1;
        const std::string_view hash = devices.text(2);
        if (hash.size() == std::tuple_size_v<TokenHash>)
            std::memcpy(entry.token_hash.emplace().data(), hash.data(), hash.size());
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

}  // namespace waymark::tracker
