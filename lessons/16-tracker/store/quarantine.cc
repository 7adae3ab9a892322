#include "store/quarantine.hh"

#include <fmt/core.h>
#include <sodium.h>

#include <array>

#include "store/change_lock.hh"
#include "store/fix_row.hh"
#include "store/postgresql_partitions.hh"
#include "store/sequence.hh"
#include "unix_time.hh"

namespace waymark::tracker {
namespace {

constexpr const char* kChosen = "(?1 = 0 OR device = ?1) AND (?2 = 0 OR quarantine.number = ?2)";

void bind_choice(Statement& statement, const QuarantineChoice& choice) {
    statement.bind(1, choice.device);
    statement.bind(2, choice.number);
}

Statement select_rows(Connection& connection, std::string_view rest) {
    return Statement(
        connection,
        fmt::format("SELECT quarantine.number, received_ms, device, name, speed_unit, "
                    "position, reason, source, raw, box_key FROM quarantine JOIN device ON "
                    "device.number = device WHERE {} {}",
                    kChosen, rest));
}

std::vector<QuarantineRow> read_rows(Statement& statement) {
    std::vector<QuarantineRow> rows;
    while (statement.step()) {
        QuarantineRow& row = rows.emplace_back();
        row.number = statement.integer(0);
        row.received_ms = statement.integer(1);
        row.point.device = static_cast<DeviceNumber>(statement.integer(2));
        row.device_name = statement.text(3);
        row.speed_unit = static_cast<SpeedUnit>(statement.integer(4));
        row.point.index = static_cast<std::uint32_t>(statement.integer(5));
        row.point.reason = statement.text(6);
        row.point.source = static_cast<Source>(statement.integer(7));
        row.point.raw = statement.text(8);
        BoxKey key{};
        const std::string_view bytes = statement.text(9);
        if (bytes.size() == key.size()) {
            std::copy(bytes.begin(), bytes.end(), key.begin());
            row.box_key = key;
        }
    }
    statement.reset();
    return rows;
}

// The clock by which the row is judged: the server's when the point came. Before this server was
// written no clock was set (a machine without a battery, which had not heard a time server), and
// what was in the future then need not be so.
UnixMillis clock_of(const QuarantineRow& row) {
    constexpr UnixMillis kFirstServers = 1'767'225'600'000;  // 2026-01-01
    const bool was_not_set = row.received_ms < kFirstServers;
    return was_not_set && row.point.reason == "time_in_future" ? unix_now() : row.received_ms;
}

// Whether all that the row holds is a fix now.
bool becomes_fixes(const QuarantineRow& row, Decoded& decoded) {
    decode_again(row.point, {row.point.device, row.speed_unit}, clock_of(row), decoded,
                 row.box_key);
    return decoded.status == 200 && decoded.quarantined.empty() && !decoded.fixes.empty();
}

}  // namespace

std::string_view to_text(Source source) {
    static constexpr std::array<std::string_view, 15> kNames{
        "unknown",   "traccar",  "osmand",  "gpslogger",  "opengts",
        "owntracks", "overland", "ulogger", "phonetrack", "hauk",
        "colota",    "nmea",     "gpsd",    "sextant",    "imported"};
    const auto number = static_cast<std::size_t>(source);
    return number < kNames.size() ? kNames[number] : kNames[0];
}

std::string quarantine_digest(const Quarantined& point) {
    std::array<unsigned char, 16> digest{};
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, digest.size());
    const auto update = [&](std::string_view bytes) {
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(bytes.data()),
                                  bytes.size());
    };
    update(std::to_string(point.index));
    update(point.reason);
    update(std::string_view("\0", 1));
    update(point.raw);
    crypto_generichash_final(&state, digest.data(), digest.size());
    return {digest.begin(), digest.end()};
}

std::vector<QuarantineRow> Quarantine::list(const QuarantineChoice& choice, int most,
                                            std::int64_t below) {
    Statement rows = select_rows(
        connection_,
        "AND (?4 = 0 OR quarantine.number < ?4) ORDER BY quarantine.number DESC LIMIT ?3");
    bind_choice(rows, choice);
    rows.bind(3, most);
    rows.bind(4, below);
    return read_rows(rows);
}

bool Quarantine::has(DeviceNumber device, std::string_view digest) {
    Statement row(connection_, "SELECT 1 FROM quarantine WHERE device = ?1 AND digest = ?2");
    row.bind(1, device);
    row.bind_bytes(2, digest);
    return row.step();
}

std::int64_t Quarantine::bytes() {
    return connection_.number(
        fmt::format("SELECT CAST(coalesce(sum(length(raw) + {}), 0) AS BIGINT) FROM quarantine",
                    kQuarantineRowCost)
            .c_str());
}

Quarantine::Replayed Quarantine::replay(const QuarantineChoice& choice, std::int64_t after) {
    Transaction transaction(connection_);
    one_change_at_a_time(connection_);
    Statement chosen =
        select_rows(connection_, "AND quarantine.number > ?4 ORDER BY quarantine.number LIMIT ?3");
    bind_choice(chosen, choice);
    chosen.bind(3, kReplayedAtOnce);
    chosen.bind(4, after);
    const std::vector<QuarantineRow> rows = read_rows(chosen);

    const std::int64_t sequence = next_sequence(connection_);
    Statement insert(connection_, insert_fix(connection_));
    Partitions partitions(connection_);
    Statement remove(connection_, "DELETE FROM quarantine WHERE number = ?1");
    Replayed result;
    Decoded decoded;
    for (const QuarantineRow& row : rows) {
        if (!becomes_fixes(row, decoded)) {
            ++result.kept;
            continue;
        }
        for (Fix& fix : decoded.fixes) {
            partitions.require(fix.time_ms);
            bind_fix_row(insert, fix, sequence);
            insert.run();
            if (connection_.changed_rows() > 0) result.fixes.push_back(std::move(fix));
        }
        remove.bind(1, row.number);
        remove.run();
        ++result.moved;
    }
    if (!result.fixes.empty()) write_sequence(connection_, sequence);
    transaction.commit();
    if (rows.size() == kReplayedAtOnce) result.next = rows.back().number;
    return result;
}

std::int64_t Quarantine::remove_some(const QuarantineChoice& choice) {
    one_change_at_a_time(connection_);
    Statement remove(connection_,
                     fmt::format("DELETE FROM quarantine WHERE number IN (SELECT number FROM "
                                 "quarantine WHERE {} LIMIT ?3)",
                                 kChosen));
    bind_choice(remove, choice);
    remove.bind(3, kDeletedAtOnce);
    remove.run();
    return connection_.changed_rows();
}

std::int64_t Quarantine::remove(const QuarantineChoice& choice) {
    std::int64_t removed = 0;
    for (std::int64_t some = kDeletedAtOnce; some == kDeletedAtOnce; removed += some)
        some = remove_some(choice);
    return removed;
}

}  // namespace waymark::tracker
