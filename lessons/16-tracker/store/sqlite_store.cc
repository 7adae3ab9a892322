// A Store on SQLite. What is said of checkpoints in store.hh is done here.

#include <sqlite3.h>
#include <sys/stat.h>

#include "store/fix_row.hh"
#include "store/open_database.hh"
#include "store/sqlite_engine.hh"
#include "store/store_backend.hh"

namespace waymark::tracker {
namespace {

constexpr int kCheckpointPages = 4096;               // 16 MiB
constexpr int kLongLogPages = 4 * kCheckpointPages;  // readers hold it
constexpr std::chrono::milliseconds kWaitForReaders(50);

// Of two times the later one; one that is far ahead (kClockError) came of a clock that was set
// back.
constexpr const char* kWriteSeen =
    "INSERT INTO device_state (device, last_seen_ms, battery_per_mille) "
    "SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM device WHERE number = ?1) "
    "ON CONFLICT (device) DO UPDATE SET last_seen_ms = CASE WHEN last_seen_ms BETWEEN "
    "excluded.last_seen_ms AND excluded.last_seen_ms + 300000 THEN last_seen_ms ELSE "
    "excluded.last_seen_ms END, battery_per_mille = coalesce(excluded.battery_per_mille, "
    "battery_per_mille)";

static_assert(kClockError == 300'000);

class SqliteStore final : public Store::Backend {
  public:
    explicit SqliteStore(const std::string& path)
        : Backend(open_for_writing_with_empty_log(path)),
          begin_(connection, "BEGIN IMMEDIATE"),
          commit_(connection, "COMMIT"),
          insert_fix_(connection, kInsertFix),
          insert_fix_unasked_(connection, kInsertFixUnasked),
          write_seen_(connection, kWriteSeen),
          write_sequence_(connection, "UPDATE last_commit SET sequence = ?1"),
          read_sequence_(connection, "SELECT sequence FROM last_commit"),
          data_version_(connection, "PRAGMA data_version") {
        ::sqlite3_wal_hook(sqlite_handle(connection), note_log_pages, this);
    }

    std::int64_t version() override { return number_of(data_version_); }
    std::int64_t sequence() override { return sequence_ = number_of(read_sequence_); }
    std::int64_t next_sequence() const override { return sequence_ + 1; }

    bool begin() override {
        begin_.run();
        // Nobody else can write from here on.
        const std::int64_t version_now = version();
        const bool is_other = version_now != version_;
        version_ = version_now;
        if (is_other) sequence();
        return is_other;
    }

    void add(std::span<const Fix> fixes, Added* added, bool hides_any) override {
        Statement& insert = hides_any ? insert_fix_ : insert_fix_unasked_;
        for (const Fix& fix : fixes) *added++ = add_one(insert, fix);
    }

    void write_seen(std::span<const SeenDevice> devices) override {
        for (const SeenDevice& seen : devices) {
            write_seen_.bind(1, seen.device);
            write_seen_.bind(2, seen.last_ms);
            write_seen_.bind_if(3, seen.battery_per_mille);
            write_seen_.run();
        }
    }

    void commit(bool has_stored) override {
        if (has_stored) {
            write_sequence_.bind(1, sequence_ + 1);
            write_sequence_.run();
        }
        commit_.run();
        if (has_stored) ++sequence_;
    }

    // Closing rolls back; it must not touch the log, which the failed disk may refuse once more.
    void give_up() noexcept override {
        ::sqlite3_db_config(sqlite_handle(connection), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                            nullptr);
    }

    bool checkpoint_if_due() override;
    void release_memory() override { ::sqlite3_db_release_memory(sqlite_handle(connection)); }
    std::int64_t log_bytes() const override {
        constexpr std::int64_t kFrame = 4096 + 24;
        return log_pages_ * kFrame;
    }
    std::int64_t database_bytes() override {
        struct stat file {};
        return ::stat(connection.path().c_str(), &file) == 0 ? file.st_size : 0;
    }
    void end() override { empty_log(connection, Store::kWaitForLastReader); }

  private:
    // SQLite tells the length of the log after each commit.
    static int note_log_pages(void* store, sqlite3*, const char*, int pages) {
        static_cast<SqliteStore*>(store)->log_pages_ = pages;
        return SQLITE_OK;
    }

    static std::int64_t number_of(Statement& query) {
        query.step();
        const std::int64_t number = query.integer(0);
        query.reset();
        return number;
    }

    Added add_one(Statement& insert, const Fix& fix) {
        try {
            bind_fix_row(insert, fix, sequence_ + 1);
            insert.run();
        } catch (const StoreError& error) {
            if (error.kind() == StoreError::Kind::refers_to_nothing) return Added::no_device;
            throw;
        }
        return connection.changed_rows() == 0 ? Added::duplicate : Added::stored;
    }

    Statement begin_, commit_, insert_fix_, insert_fix_unasked_, write_seen_, write_sequence_;
    Statement read_sequence_, data_version_;
    std::int64_t sequence_ = 0;
    std::int64_t version_ = -1;
    int log_pages_ = 0;
    int checkpoint_at_ = kCheckpointPages;
};

bool SqliteStore::checkpoint_if_due() {
    if (log_pages_ < checkpoint_at_) return false;
    const bool is_long = log_pages_ >= kLongLogPages;
    if (is_long) connection.set_busy_timeout(kWaitForReaders);
    int pages = 0;
    int copied = 0;
    // Its failure is not ours to report: the log keeps everything, and the next commit meets the
    // same disk.
    const int code = ::sqlite3_wal_checkpoint_v2(
        sqlite_handle(connection), "main",
        is_long ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, &pages, &copied);
    if (is_long) connection.set_busy_timeout(kBusyTimeout);
    const bool whole = code == SQLITE_OK && pages == copied;
    // The next commit begins the log from its start, if the copy is whole; else we try again after
    // some more pages, not with every commit.
    checkpoint_at_ = whole ? kCheckpointPages : log_pages_ + kCheckpointPages / 4;
    if (whole) log_pages_ = 0;
    return whole;
}

}  // namespace

std::unique_ptr<Store::Backend> open_sqlite_store(const std::string& path) {
    return std::make_unique<SqliteStore>(path);
}

}  // namespace waymark::tracker
