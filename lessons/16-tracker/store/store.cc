#include "store/store.hh"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "store/accounts.hh"
#include "store/corrections.hh"
#include "store/devices.hh"
#include "store/fix_row.hh"
#include "store/open_database.hh"
#include "store/sqlite_engine.hh"

namespace waymark::tracker {
namespace {

constexpr int kCheckpointPages = 4096;               // 16 MiB
constexpr int kLongLogPages = 4 * kCheckpointPages;  // readers hold it
constexpr std::chrono::milliseconds kWaitForReaders(50);
constexpr UnixMillis kSeenInterval = 1000;
constexpr std::size_t kMaximumSeen = 100'000;

constexpr const char* kInsertQuarantined =
    "INSERT OR IGNORE INTO quarantine (device, received_ms, position, reason, source, digest, raw) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
constexpr const char* kWriteSeen =
    "INSERT INTO device_state (device, last_seen_ms, battery_per_mille) "
    "SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM device WHERE number = ?1) "
    "ON CONFLICT (device) DO UPDATE SET last_seen_ms = max(last_seen_ms, excluded.last_seen_ms), "
    "battery_per_mille = coalesce(excluded.battery_per_mille, battery_per_mille)";

}  // namespace

// What is opened anew after a failure: the connection and all that hangs on it.
struct Store::Open {
    explicit Open(const std::string& path)
        : connection(open_for_writing_with_empty_log(path)),
          begin(connection, "BEGIN IMMEDIATE"),
          commit(connection, "COMMIT"),
          insert_fix(connection, kInsertFix),
          insert_fix_unasked(connection, kInsertFixUnasked),
          insert_quarantined(connection, kInsertQuarantined),
          write_seen(connection, kWriteSeen),
          write_sequence(connection, "UPDATE last_commit SET sequence = ?1"),
          data_version(connection, "PRAGMA data_version") {
        ::sqlite3_wal_hook(sqlite_handle(connection), note_log_pages, this);
    }

    // SQLite tells the length of the log after each commit.
    static int note_log_pages(void* open, sqlite3*, const char*, int pages) {
        static_cast<Open*>(open)->log_pages = pages;
        return SQLITE_OK;
    }

    // Another number after each commit of another process.
    std::int64_t version() {
        data_version.step();
        const std::int64_t number = data_version.integer(0);
        data_version.reset();
        return number;
    }

    Connection connection;
    Statement begin, commit, insert_fix, insert_fix_unasked, insert_quarantined, write_seen;
    Statement write_sequence, data_version;
    int log_pages = 0;
    int checkpoint_at = kCheckpointPages;
};

Store::Store(const std::string& path, std::int64_t quarantine_room)
    : path_(path), open_(std::make_unique<Open>(path)), quarantine_room_(quarantine_room) {
    read_counts();
    changed_elsewhere();
}

Store::~Store() {
    rollback();
}

void Store::begin() {
    failure_.clear();
    stored_ = newly_quarantined_bytes_ = 0;
    try {
        ensure_open();
        open_->begin.run();
        in_transaction_ = true;
        // Nobody else can write from here on.
        if (open_->version() != counted_version_) read_counts();
    } catch (const std::exception& error) {
        // Also a UsageError: the server runs, and the file under it may come back.
        fail_transaction(error.what());
    }
}

// Each connection counts the versions of the file for itself.
void Store::ensure_open() {
    if (open_) return;
    open_ = std::make_unique<Open>(path_);
    counted_version_ = -1;
}

// What a command of `tracker` may have changed: `quarantine replay` stores fixes, `fix` hides some.
void Store::read_counts() {
    counted_version_ = open_->version();
    sequence_ = open_->connection.number("SELECT sequence FROM last_commit");
    quarantine_bytes_ = Quarantine(open_->connection).bytes();
    hides_any_ = Corrections(open_->connection).any();
}

// Runs one insertion; what it meets becomes a value.
template <typename Action>
Added Store::attempt(const Action& action) {
    if (!in_transaction_) return Added::failed;
    try {
        action();
        return open_->connection.changed_rows() == 0 ? Added::duplicate : Added::stored;
    } catch (const StoreError& error) {
        if (error.kind() == StoreError::Kind::refers_to_nothing) return Added::no_device;
        fail_transaction(error.what());
        return Added::failed;
    }
}

Added Store::add(const Fix& fix) {
    const Added added = attempt([&] {
        Statement& insert = hides_any_ ? open_->insert_fix : open_->insert_fix_unasked;
        bind_fix_row(insert, fix, sequence_ + 1);
        insert.run();
    });
    if (added == Added::stored) ++stored_;
    return added;
}

Added Store::add(const Quarantined& point, UnixMillis now) {
    const std::string digest = quarantine_digest(point);
    const Added added = attempt([&] {
        Statement& insert = open_->insert_quarantined;
        insert.bind(1, point.device);
        insert.bind(2, now);
        insert.bind(3, point.index);
        insert.bind_text(4, point.reason);
        insert.bind(5, static_cast<std::int64_t>(point.source));
        insert.bind_bytes(6, digest);
        insert.bind_bytes(7, point.raw);
        insert.run();
    });
    if (added == Added::stored)
        newly_quarantined_bytes_ +=
            static_cast<std::int64_t>(point.raw.size()) + kQuarantineRowCost;
    return added;
}

void Store::seen(const Heartbeat& heartbeat, UnixMillis now) {
    if (seen_.size() >= kMaximumSeen) seen_.clear();  // costs a few writes, forgets nothing stored
    Seen& seen = seen_[heartbeat.device];
    seen.last_ms = std::max(seen.last_ms, now);
    if (heartbeat.battery_percent) seen.battery_per_mille = to_per_mille(heartbeat.battery_percent);
    if (seen.is_new || seen.last_ms < seen.written_ms + kSeenInterval) return;
    seen.is_new = true;
    newly_seen_.push_back(heartbeat.device);
}

void Store::write_seen() {
    for (const DeviceNumber device : newly_seen_) {
        Seen& seen = seen_[device];
        open_->write_seen.bind(1, device);
        open_->write_seen.bind(2, seen.last_ms);
        open_->write_seen.bind_if(3, seen.battery_per_mille);
        open_->write_seen.run();
        seen.written_ms = seen.last_ms;
        seen.is_new = false;
    }
    newly_seen_.clear();
}

void Store::also(const std::function<void(Connection&)>& part) {
    if (!in_transaction_) return;
    Transaction within(open_->connection);
    part(open_->connection);
    within.commit();
}

CommitResult Store::commit() {
    if (!in_transaction_) return {false, sequence_, failure_};
    try {
        write_seen();
        if (stored_ > 0) {
            open_->write_sequence.bind(1, sequence_ + 1);
            open_->write_sequence.run();
        }
        open_->commit.run();
    } catch (const StoreError& error) {
        fail_transaction(error.what());
        return {false, sequence_, failure_};
    }
    in_transaction_ = false;
    if (stored_ > 0) ++sequence_;
    quarantine_bytes_ += newly_quarantined_bytes_;
    return {true, sequence_, {}};
}

void Store::rollback() {
    if (in_transaction_) fail_transaction("rolled back");
}

void Store::fail_transaction(std::string_view reason) {
    failure_ = reason;
    in_transaction_ = false;
    newly_seen_.clear();
    seen_.clear();
    // Closed, not only rolled back: what a connection believes of a file after a failed write or
    // sync is not worth trusting. Opening copies the log into the file (open_database.hh).
    // Closing rolls back; it must not touch the log, which the failed disk may refuse once more.
    if (!open_) return;
    ::sqlite3_db_config(sqlite_handle(open_->connection), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                        nullptr);
    open_.reset();
}

bool Store::checkpoint_if_due() {
    if (!open_ || open_->log_pages < open_->checkpoint_at) return false;
    const bool is_long = open_->log_pages >= kLongLogPages;
    if (is_long) open_->connection.set_busy_timeout(kWaitForReaders);
    int pages = 0;
    int copied = 0;
    // Its failure is not ours to report: the log keeps everything, and the next commit meets the
    // same disk.
    const int code = ::sqlite3_wal_checkpoint_v2(
        sqlite_handle(open_->connection), "main",
        is_long ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, &pages, &copied);
    if (is_long) open_->connection.set_busy_timeout(kBusyTimeout);
    const bool whole = code == SQLITE_OK && pages == copied;
    // The next commit begins the log from its start, if the copy is whole; else we try again after
    // some more pages, not with every commit.
    open_->checkpoint_at = whole ? kCheckpointPages : open_->log_pages + kCheckpointPages / 4;
    if (whole) open_->log_pages = 0;
    return whole;
}

std::int64_t Store::log_bytes() const {
    constexpr std::int64_t kFrame = 4096 + 24;
    return open_ ? open_->log_pages * kFrame : 0;
}

bool Store::changed_elsewhere() {
    if (!open_) return false;
    const std::int64_t version = open_->version();
    const bool has_changed = std::exchange(data_version_, version) != version;
    if (has_changed) read_counts();
    return has_changed;
}

std::string Store::end() {
    rollback();
    try {
        ensure_open();
        empty_log(open_->connection, kWaitForLastReader);
        return {};
    } catch (const std::exception& error) {
        return error.what();
    }
}

bool Store::has_quarantined(DeviceNumber device, std::string_view digest) {
    ensure_open();
    return Quarantine(open_->connection).has(device, digest);
}

void Store::also_or_fail(const std::function<void(Connection&)>& part) {
    attempt([&] { part(open_->connection); });
}

void Store::look(const std::function<void(Connection&)>& look) {
    ensure_open();
    look(open_->connection);
}

void Store::change(const std::function<void(Connection&)>& change) {
    ensure_open();
    Transaction transaction(open_->connection);
    change(open_->connection);
    transaction.commit();
    read_counts();
}

std::int64_t Store::count_accounts() {
    ensure_open();
    return Accounts(open_->connection).count();
}

std::vector<DirectoryEntry> Store::directory() {
    ensure_open();
    return read_directory(open_->connection);
}

std::vector<LastPlace> Store::last_places(UnixMillis latest) {
    ensure_open();
    return read_last_places(open_->connection, latest);
}

}  // namespace waymark::tracker
