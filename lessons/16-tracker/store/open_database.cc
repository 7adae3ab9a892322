#include "store/open_database.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "daemon/deadline.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "store/postgresql_open.hh"
#include "store/schema.hh"
#include "store/sqlite_engine.hh"

namespace waymark::tracker {
namespace {

// For a new file. A commit writes a page into the log for every device in it. Pages of 1024 and
// 2048 bytes were tried once, on a busy machine, and made no clear difference.
constexpr const char* kPageSize = "PRAGMA page_size = 4096";

constexpr const char* kWriterSettings =
    "PRAGMA journal_mode = WAL;"
    // A commit returns after fdatasync(2) of the log. NORMAL would lose commits in a power cut.
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA temp_store = MEMORY;"
    // The store decides when (store.hh).
    "PRAGMA wal_autocheckpoint = 0;"
    "PRAGMA journal_size_limit = 33554432";

// In KiB. A connection keeps as many pages of those it has read, for as long as it lives, and a
// server has several.
constexpr const char* kWriterCache = "PRAGMA cache_size = -4096";
// Who reads in the order of the key comes back to no page but those on the way down the tree: with
// eight times as much, no read of a track was faster. Nor was the look for damage.
constexpr const char* kSmallCache = "PRAGMA cache_size = -256";

[[noreturn]] void refuse_damaged(const std::string& path, std::string_view detail) {
    throw daemon::UsageError(
        fmt::format("{} is damaged ({}): it was left as it is; put a backup in its place, or move "
                    "it and its -wal file away to start anew",
                    path, detail));
}

void refuse_what_is_no_file(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        throw daemon::UsageError(fmt::format(
            "{} is a folder, and a database is needed: name another folder with --data", path));
}

[[noreturn]] void refuse_what_is_no_database(const std::string& path) {
    throw daemon::UsageError(fmt::format(
        "{} is not a database: move it away, or name another folder with --data", path));
}

void refuse_what_is_not_there(const std::string& path) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored))
        throw daemon::UsageError(fmt::format(
            "{} is not there: add a device first, or name the folder with --data", path));
}

// Root works in a folder that a server of another user has. Whoever owns that folder could lead a
// name of ours to a file of root's: by a link of his, or by a second name (a hard link).
bool is_own_link(const struct stat& link) {
    return S_ISLNK(link.st_mode) && link.st_uid == ::geteuid();
}

void refuse_foreign_link(const std::string& file, const struct stat& found) {
    if (!S_ISLNK(found.st_mode) || is_own_link(found)) return;
    throw daemon::UsageError(
        fmt::format("{} is a link that another user made, and is not followed: put the file itself "
                    "there, or remove the link",
                    file));
}

// What is at `file` now is looked at and changed by one descriptor, so that it cannot be exchanged
// in between. It is an O_PATH one: closing another kind would drop the locks that this process has
// on the file (store/connection.hh).
void make_file_private(const std::string& file) {
    struct stat status {};
    if (::lstat(file.c_str(), &status) == -1) return;
    refuse_foreign_link(file, status);
    const int follow = is_own_link(status) ? 0 : O_NOFOLLOW;
    const daemon::Fd found(::open(file.c_str(), O_PATH | O_CLOEXEC | follow));
    if (!found || ::fstat(found.get(), &status) == -1) return;
    refuse_foreign_link(file, status);
    if (!S_ISREG(status.st_mode) || (status.st_mode & 077) == 0) return;
    if (::geteuid() == 0 && status.st_nlink > 1) return;
    // One who may write another's file, but not change its mode, leaves it as it is.
    const std::string itself = fmt::format("/proc/self/fd/{}", found.get());
    if (::chmod(itself.c_str(), 0600) == -1 && errno != EPERM) daemon::fail(errno, "chmod", file);
}

// Positions are private wherever the folder is and whoever made it. SQLite gives the -wal and -shm
// files the mode of the database. Nobody has locks on a file that is new.
void make_private(const std::string& path) {
    const daemon::Fd made(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    for (const char* const tail : {"", "-wal", "-shm"}) make_file_private(path + tail);
}

// What quick_check says of the part it could read before the deadline; "ok" if it found nothing.
std::string first_damage(Connection& connection) {
    try {
        return connection.text("PRAGMA quick_check(1)");
    } catch (const StoreError& error) {
        if (error.kind() == StoreError::Kind::interrupted) return "ok";
        throw;
    }
}

void check_for_damage(Connection& connection, daemon::Deadline deadline) {
    constexpr int kInstructionsBetweenLooks = 10'000;
    connection.execute(kSmallCache);
    const auto stop_if_late = [](void* given) {
        return static_cast<daemon::Deadline*>(given)->expired() ? 1 : 0;
    };
    ::sqlite3_progress_handler(sqlite_handle(connection), kInstructionsBetweenLooks, stop_if_late,
                               &deadline);
    const std::string verdict = first_damage(connection);
    ::sqlite3_progress_handler(sqlite_handle(connection), 0, nullptr, nullptr);
    connection.execute(kWriterCache);
    // A heading may stand before what was found, on a line of its own.
    if (verdict != "ok") refuse_damaged(connection.path(), verdict.substr(verdict.rfind('\n') + 1));
}

Connection open_and_prepare(const std::string& path, std::chrono::milliseconds check_time) {
    make_private(path);
    Connection connection(path, Connection::Access::create);
    connection.set_busy_timeout(kBusyTimeout);
    if (::sqlite3_db_readonly(sqlite_handle(connection), "main") == 1)
        throw daemon::UsageError(fmt::format(
            "{} cannot be written: give yourself the right to, or name another folder with --data",
            path));
    connection.execute(kPageSize);
    connection.number("SELECT count(*) FROM sqlite_schema");  // the first read of the file
    require_ours(connection);
    connection.execute(kWriterSettings);
    check_for_damage(connection, daemon::Deadline::after(check_time));
    keep_before_migrating(connection);
    migrate(connection);
    return connection;
}

}  // namespace

void empty_log(Connection& connection, std::chrono::milliseconds patience) {
    connection.set_busy_timeout(patience);
    Statement statement(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    const bool is_busy = statement.step() && statement.integer(0) != 0;
    statement.reset();
    connection.set_busy_timeout(kBusyTimeout);
    if (is_busy)
        throw StoreError(
            StoreError::Kind::busy,
            fmt::format("checkpoint {}: another process keeps reading the log", connection.path()));
}

void refuse_foreign_file(const std::string& path) {
    constexpr std::size_t kHeaderSize = 100;  // sqlite.org/fileformat2.html, 1.3
    constexpr std::string_view kMagic("SQLite format 3\0", 16);
    if (is_postgresql(path)) return;
    refuse_what_is_no_file(path);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return;
    if (!std::filesystem::is_regular_file(path, ignored)) refuse_what_is_no_database(path);
    std::ifstream file(path, std::ios::binary);
    std::string header(kHeaderSize, '\0');
    file.read(header.data(), kHeaderSize);
    if (file.gcount() == 0) return;  // new and empty, or to be read by its owner only
    if (static_cast<std::size_t>(file.gcount()) < kHeaderSize || !header.starts_with(kMagic))
        refuse_what_is_no_database(path);
    require_ours_by_header(path, header);
}

Connection open_for_writing(const std::string& path, std::chrono::milliseconds check_time) {
    if (is_postgresql(path)) return open_postgresql_for_writing(path);
    refuse_what_is_no_file(path);
    try {
        return open_and_prepare(path, check_time);
    } catch (const StoreError& error) {
        if (error.kind() == StoreError::Kind::no_database) refuse_what_is_no_database(path);
        if (error.is_damage()) refuse_damaged(path, error.what());
        throw;
    }
}

Connection open_there_for_writing(const std::string& path) {
    if (is_postgresql(path)) {
        open_postgresql_for_reading(path);  // which refuses one without tables
        return open_postgresql_for_writing(path);
    }
    refuse_what_is_no_file(path);
    refuse_what_is_not_there(path);
    return open_for_writing(path);
}

Connection open_for_reading(const std::string& path) {
    if (is_postgresql(path)) return open_postgresql_for_reading(path);
    refuse_what_is_no_file(path);
    refuse_what_is_not_there(path);
    Connection connection(path, Connection::Access::read_only);
    connection.set_busy_timeout(kBusyTimeout);
    connection.execute("PRAGMA temp_store = MEMORY");
    connection.execute(kSmallCache);
    require_current(connection);
    return connection;
}

// Emptying the log cuts its file short, and nothing has made that durable. After a power cut the
// old frames would be back, and hide what was copied into the database since: a fix that came
// again, was found there and was acknowledged. A commit writes a new beginning over them, and syncs
// it. SQLite writes no page that stays as it is, so the number is changed and changed back.
Connection open_for_writing_with_empty_log(const std::string& path) {
    Connection connection = open_for_writing(path);
    empty_log(connection);
    connection.execute(
        "BEGIN IMMEDIATE;"
        "UPDATE last_commit SET sequence = -sequence - 1;"
        "UPDATE last_commit SET sequence = -sequence - 1;"
        "COMMIT");
    return connection;
}

}  // namespace waymark::tracker
