// A Store on PostgreSQL. Fixes go in by one statement a batch: each statement is an answer of the
// server to wait for, and a batch of 200 sent one by one would wait 200 times.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "daemon/deadline.hh"
#include "store/engine.hh"
#include "store/fix_row.hh"
#include "store/open_database.hh"
#include "store/postgresql_partitions.hh"
#include "store/postgresql_schema.hh"
#include "store/postgresql_words.hh"
#include "store/store_backend.hh"
#include "store/writer.hh"

namespace waymark::tracker {
namespace {

// The arrays are the columns. Rows are inserted in the order of the key, so that two writers to
// whom the same phone sends wait for each other in one order, and not crosswise. One that a person
// has hidden or deleted does not come back (store/corrections.hh).
constexpr std::string_view kInsertFixes =
    "INSERT INTO fix (device, time_ms, latitude_e7, longitude_e7, altitude_cm, speed_mm_s, "
    "course_centidegrees, accuracy_cm, battery_per_mille, valid, source, extras, sequence, writer) "
    "SELECT n.device, n.time_ms, n.latitude_e7, n.longitude_e7, n.altitude_cm, n.speed_mm_s, "
    "n.course_centidegrees, n.accuracy_cm, n.battery_per_mille, n.valid, n.source, n.extras, ?13, "
    "?14 FROM unnest(CAST(?1 AS bigint[]), CAST(?2 AS bigint[]), CAST(?3 AS bigint[]), "
    "CAST(?4 AS bigint[]), CAST(?5 AS bigint[]), CAST(?6 AS bigint[]), CAST(?7 AS bigint[]), "
    "CAST(?8 AS bigint[]), CAST(?9 AS bigint[]), CAST(?10 AS bigint[]), CAST(?11 AS bigint[]), "
    "CAST(?12 AS text[])) AS n (device, time_ms, latitude_e7, longitude_e7, altitude_cm, "
    "speed_mm_s, course_centidegrees, accuracy_cm, battery_per_mille, valid, source, extras) "
    "JOIN device d ON d.number = n.device AND d.removed_ms IS NULL WHERE {} "
    "ORDER BY n.device, n.time_ms, n.latitude_e7, n.longitude_e7 "
    "ON CONFLICT DO NOTHING RETURNING device, time_ms, latitude_e7, longitude_e7";
constexpr std::string_view kIsNotHidden =
    "NOT EXISTS (SELECT 1 FROM hidden_fix h WHERE h.device = n.device AND "
    "h.time_ms = n.time_ms AND h.latitude_e7 = n.latitude_e7 AND h.longitude_e7 = n.longitude_e7) "
    "AND NOT EXISTS (SELECT 1 FROM deleted_fix x WHERE x.device = n.device AND "
    "x.time_ms = n.time_ms AND x.trace = (n.latitude_e7 * 31 + n.longitude_e7) & 65535)";
// A question that does not depend on a row of the arrays is answered first, and only then compared
// (github.com/citusdata/citus, planner/recursive_planning.c). None of the columns may be NULL.
constexpr std::string_view kIsNotHiddenInCitus =
    "(n.device, n.time_ms, n.latitude_e7, n.longitude_e7) NOT IN (SELECT device, time_ms, "
    "latitude_e7, longitude_e7 FROM hidden_fix WHERE device = ANY (CAST(?1 AS bigint[])) AND "
    "time_ms = ANY (CAST(?2 AS bigint[]))) AND (n.device, n.time_ms, (n.latitude_e7 * 31 + "
    "n.longitude_e7) & 65535) NOT IN (SELECT device, time_ms, trace FROM deleted_fix WHERE device "
    "= ANY (CAST(?1 AS bigint[])) AND time_ms = ANY (CAST(?2 AS bigint[])))";
constexpr int kFixArrays = 12;

// Of two times the later one; one that is far ahead (kClockError) came of a clock that was set
// back.
constexpr const char* kWriteSeenDevices =
    "INSERT INTO device_state (device, last_seen_ms, battery_per_mille) "
    "SELECT n.device, n.last_seen_ms, n.battery_per_mille "
    "FROM unnest(CAST(?1 AS bigint[]), CAST(?2 AS bigint[]), CAST(?3 AS bigint[])) "
    "AS n (device, last_seen_ms, battery_per_mille) "
    "JOIN device d ON d.number = n.device ORDER BY n.device "
    "ON CONFLICT (device) DO UPDATE SET last_seen_ms = CASE WHEN device_state.last_seen_ms "
    "BETWEEN excluded.last_seen_ms AND excluded.last_seen_ms + 300000 THEN "
    "device_state.last_seen_ms ELSE excluded.last_seen_ms END, battery_per_mille = "
    "coalesce(excluded.battery_per_mille, device_state.battery_per_mille)";

static_assert(kClockError == 300'000);

constexpr const char* kKnownDevices =
    "SELECT number FROM device WHERE removed_ms IS NULL AND number = ANY(CAST(?1 AS bigint[]))";

// Receivers wait 8 s for what becomes of a fix.
constexpr std::chrono::seconds kAnswerTime(6);

// The server looks at each file of the database to sum them up.
constexpr std::chrono::seconds kBetweenSizes(30);

// By which a fix is recognised when it comes again.
struct FixKey {
    std::int64_t device, time_ms, latitude_e7, longitude_e7;
    auto operator<=>(const FixKey&) const = default;
};

FixKey key_of(const Fix& fix) {
    return {fix.device, fix.time_ms, fix.latitude_e7, fix.longitude_e7};
}

class PostgresqlStore final : public Store::Backend {
  public:
    PostgresqlStore(const std::string& url, const std::string& writer_name, const Writer& former)
        : Backend(open_for_writing(url)),
          insert_fixes_(connection, fmt::format(kInsertFixes, connection.behind().has_citus()
                                                                  ? kIsNotHiddenInCitus
                                                                  : kIsNotHidden)),
          write_seen_(connection, kWriteSeenDevices),
          known_devices_(connection, kKnownDevices),
          version_(connection, "SELECT taken FROM change_lock"),
          partitions_(connection) {
        if (former.number == 0)
            become_writer(connection, writer_name);
        else
            remain_writer(connection, former);
        connection.set_answer_time(kAnswerTime);
        const Dialect dialect = dialect_of(connection);
        has_doorbell_ = dialect == Dialect::postgresql || dialect == Dialect::citus;
        has_size_ = has_doorbell_;
        sequence_ = last_stored_ = own_sequence();
    }

    std::int64_t version() override {
        version_.step();
        const std::int64_t number = version_.integer(0);
        version_.reset();
        return number;
    }

    std::int64_t sequence() override { return last_stored_; }
    std::int64_t next_sequence() const override { return sequence_; }

    bool begin() override {
        sequence_ = begin_as_writer(connection, sequence_);
        return false;
    }

    void add(std::span<const Fix> fixes, Added* added, bool hides_any) override;
    void write_seen(std::span<const SeenDevice> devices) override;

    void commit(bool has_stored) override {
        std::string words;
        if (has_stored && hides_any_) words += without_what_was_hidden();
        if (has_stored && has_doorbell_) words += "NOTIFY waymark_news; ";
        words += "COMMIT";
        connection.execute(words.c_str());
        if (has_stored) last_stored_ = sequence_;
    }

    void announce() override {
        // The change may have stored something by itself (store/sequence.hh).
        sequence_ = std::max(sequence_, own_sequence());
        if (has_doorbell_) connection.execute("NOTIFY waymark_news");
    }

    std::int64_t database_bytes() override {
        // An error would fail a transaction that goes on.
        const bool may_ask = has_size_ && !connection.behind().is_in_transaction();
        if (!may_ask || !size_is_old_.expired()) return size_;
        size_is_old_ = daemon::Deadline::after(kBetweenSizes);  // also if it does not answer
        return size_ = connection.number("SELECT pg_database_size(current_database())");
    }

  private:
    std::int64_t own_sequence() {
        Statement own(connection, "SELECT sequence FROM writer WHERE number = ?1");
        own.bind(1, connection.writer().number);
        return own.step() ? own.integer(0) : 0;
    }

    // A repeat that waited for the transaction of another tracker which hid that very fix has been
    // inserted after it, and would be back.
    std::string without_what_was_hidden() const {
        return fmt::format(
            "DELETE FROM fix WHERE writer = {} AND sequence = {} AND EXISTS (SELECT 1 FROM "
            "hidden_fix h WHERE h.device = fix.device AND h.time_ms = fix.time_ms AND "
            "h.latitude_e7 = fix.latitude_e7 AND h.longitude_e7 = fix.longitude_e7); ",
            connection.writer().number, sequence_);
    }

    // The keys of those that were stored, in their order.
    std::vector<FixKey> insert(std::span<const Fix> fixes);
    std::unordered_set<std::int64_t> known_among(std::span<const Fix> fixes);

    Statement insert_fixes_, write_seen_, known_devices_, version_;
    Partitions partitions_;
    std::int64_t sequence_ = 0;
    std::int64_t last_stored_ = 0;
    bool has_doorbell_ = false;
    bool hides_any_ = true;
    bool has_size_ = false;
    std::int64_t size_ = 0;
    daemon::Deadline size_is_old_ = daemon::Deadline::after(std::chrono::seconds(0));
};

std::vector<FixKey> PostgresqlStore::insert(std::span<const Fix> fixes) {
    std::array<ArrayWords, kFixArrays> columns;
    for (const Fix& fix : fixes) {
        partitions_.require(fix.time_ms);
        const FixRow row = fix_row_of(fix);
        for (std::size_t column = 0; column < row.numbers.size(); ++column)
            columns[column].add(row.numbers[column]);
        if (fix.extras.empty())
            columns.back().add_nothing();
        else
            columns.back().add_text(as_stored_text(fix.extras));
    }
    int index = 0;
    for (ArrayWords& column : columns) insert_fixes_.bind_text(++index, column.text());
    insert_fixes_.bind(13, sequence_);
    insert_fixes_.bind(14, connection.writer().number);
    std::vector<FixKey> stored;
    while (insert_fixes_.step())
        stored.push_back({insert_fixes_.integer(0), insert_fixes_.integer(1),
                          insert_fixes_.integer(2), insert_fixes_.integer(3)});
    insert_fixes_.reset();
    std::sort(stored.begin(), stored.end());
    return stored;
}

std::unordered_set<std::int64_t> PostgresqlStore::known_among(std::span<const Fix> fixes) {
    ArrayWords numbers;
    for (const Fix& fix : fixes) numbers.add(std::int64_t{fix.device});
    std::unordered_set<std::int64_t> known;
    known_devices_.bind_text(1, numbers.text());
    while (known_devices_.step()) known.insert(known_devices_.integer(0));
    known_devices_.reset();
    return known;
}

void PostgresqlStore::add(std::span<const Fix> fixes, Added* added, bool hides_any) {
    hides_any_ = hides_any;
    if (fixes.empty()) return;
    const std::vector<FixKey> stored = insert(fixes);
    std::vector<bool> is_told(stored.size());
    std::optional<std::unordered_set<std::int64_t>> known;
    for (const Fix& fix : fixes) {
        const auto place = std::lower_bound(stored.begin(), stored.end(), key_of(fix));
        const std::size_t index = static_cast<std::size_t>(place - stored.begin());
        if (place != stored.end() && *place == key_of(fix)) {
            // One that is twice in the batch was stored by its first.
            *added++ = is_told[index] ? Added::duplicate : Added::stored;
            is_told[index] = true;
            continue;
        }
        if (!known) known = known_among(fixes);
        *added++ = known->contains(fix.device) ? Added::duplicate : Added::no_device;
    }
}

void PostgresqlStore::write_seen(std::span<const SeenDevice> devices) {
    if (devices.empty()) return;
    ArrayWords numbers, times, batteries;
    for (const SeenDevice& seen : devices) {
        numbers.add(std::int64_t{seen.device});
        times.add(seen.last_ms);
        batteries.add(seen.battery_per_mille);
    }
    write_seen_.bind_text(1, numbers.text());
    write_seen_.bind_text(2, times.text());
    write_seen_.bind_text(3, batteries.text());
    write_seen_.run();
}

}  // namespace

std::unique_ptr<Store::Backend> open_postgresql_store(const std::string& url,
                                                      const std::string& writer_name,
                                                      const Writer& former) {
    return std::make_unique<PostgresqlStore>(url, writer_name, former);
}

}  // namespace waymark::tracker
