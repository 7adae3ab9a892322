#include "store/open_database.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "daemon/deadline.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "store/schema.hh"

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
    "PRAGMA cache_size = -4096;"  // KiB
    // The store decides when (store.hh).
    "PRAGMA wal_autocheckpoint = 0;"
    "PRAGMA journal_size_limit = 33554432";

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

// Positions are private wherever the folder is and whoever made it. SQLite gives the -wal and -shm
// files the mode of the database. By path, not by a descriptor: closing one would drop the locks
// that this process has on the file (store/sqlite.hh); only of a file that is new nobody has any.
void make_private(const std::string& path) {
    const daemon::Fd made(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    for (const char* const tail : {"", "-wal", "-shm"}) {
        const std::string file = path + tail;
        struct stat status {};
        if (::stat(file.c_str(), &status) == -1 || (status.st_mode & 077) == 0) continue;
        // One who may write another's file, but not change its mode, leaves it as it is.
        if (::chmod(file.c_str(), 0600) == -1 && errno != EPERM) daemon::fail(errno, "chmod", file);
    }
}

// What quick_check says of the part it could read before the deadline; "ok" if it found nothing.
std::string first_damage(Connection& connection) {
    try {
        return connection.text("PRAGMA quick_check(1)");
    } catch (const StoreError& error) {
        if ((error.code() & 0xFF) == SQLITE_INTERRUPT) return "ok";
        throw;
    }
}

void check_for_damage(Connection& connection, daemon::Deadline deadline) {
    constexpr int kInstructionsBetweenLooks = 10'000;
    const auto stop_if_late = [](void* given) {
        return static_cast<daemon::Deadline*>(given)->expired() ? 1 : 0;
    };
    ::sqlite3_progress_handler(connection.handle(), kInstructionsBetweenLooks, stop_if_late,
                               &deadline);
    const std::string verdict = first_damage(connection);
    ::sqlite3_progress_handler(connection.handle(), 0, nullptr, nullptr);
    // A heading may stand before what was found, on a line of its own.
    if (verdict != "ok") refuse_damaged(connection.path(), verdict.substr(verdict.rfind('\n') + 1));
}

Connection open_and_prepare(const std::string& path, std::chrono::milliseconds check_time) {
    make_private(path);
    Connection connection(path, Connection::Access::create);
    connection.set_busy_timeout(kBusyTimeout);
    if (::sqlite3_db_readonly(connection.handle(), "main") == 1)
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
            SQLITE_BUSY,
            fmt::format("checkpoint {}: another process keeps reading the log", connection.path()));
}

Connection open_for_writing(const std::string& path, std::chrono::milliseconds check_time) {
    refuse_what_is_no_file(path);
    try {
        return open_and_prepare(path, check_time);
    } catch (const StoreError& error) {
        if ((error.code() & 0xFF) == SQLITE_NOTADB)
            throw daemon::UsageError(fmt::format(
                "{} is not a database: move it away, or name another folder with --data", path));
        if (error.is_damage()) refuse_damaged(path, error.what());
        throw;
    }
}

Connection open_for_reading(const std::string& path) {
    refuse_what_is_no_file(path);
    if (!std::filesystem::exists(path))
        throw daemon::UsageError(fmt::format(
            "{} is not there: add a device first, or name the folder with --data", path));
    Connection connection(path, Connection::Access::read_only);
    connection.set_busy_timeout(kBusyTimeout);
    connection.execute("PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY");
    require_current(connection);
    return connection;
}

}  // namespace waymark::tracker
