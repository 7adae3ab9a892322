#include "store/restore_database.hh"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <filesystem>
#include <limits>

#include "daemon/error.hh"
#include "store/copy_database.hh"
#include "store/data_folder.hh"
#include "store/open_database.hh"
#include "store/schema.hh"

namespace waymark::tracker {
namespace {

[[noreturn]] void refuse_backup(const std::string& copy, std::string_view why) {
    throw daemon::UsageError(fmt::format(
        "{} {}: nothing was changed; name a file that 'tracker backup' wrote", copy, why));
}

// Its own words, for the cure is another than that for a server's folder (schema.cc).
void refuse_newer_backup(Connection& connection) {
    const std::int64_t found = connection.number("PRAGMA user_version");
    const int ours = migrations().back().version;
    if (found > ours)
        throw daemon::UsageError(
            fmt::format("{} has version {} and this program knows up to {}: nothing was changed; "
                        "restore it with the newer program",
                        connection.path(), found, ours));
}

void check_backup(Connection& connection) {
    require_ours(connection, std::numeric_limits<int>::max());
    refuse_newer_backup(connection);
    if (connection.number("PRAGMA user_version") == 0) refuse_backup(connection.path(), "is empty");
    const std::string verdict = connection.text("PRAGMA integrity_check(1)");
    if (verdict != "ok") refuse_backup(connection.path(), "is damaged");
}

// Runs `use` with a connection to a copy that is whole.
template <class Use>
void with_checked(const std::string& copy, Use use) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(copy, ignored)) refuse_backup(copy, "is no file");
    bool is_checked = false;
    try {
        Connection connection(copy, Connection::Access::read_only);
        check_backup(connection);
        is_checked = true;
        use(connection);
    } catch (const StoreError& error) {
        if (error.is_damage()) refuse_backup(copy, "is damaged, or is no database");
        // One made with cp(1) is read with files beside it, which SQLite has to make.
        if (!is_checked && error.kind() == StoreError::Kind::not_writable)
            refuse_backup(copy,
                          "cannot be read where it is, for want of the right to it or its folder "
                          "(copy it into a folder of your own)");
        throw;
    }
}

// A file name that sorts by time, in UTC; two within a second are numbered.
std::string name_aside(const std::string& path) {
    const std::string name =
        fmt::format("{}.before-restore-{:%Y%m%dT%H%M%SZ}", path, fmt::gmtime(std::time(nullptr)));
    std::error_code ignored;
    std::string free = name;
    for (int number = 2; std::filesystem::exists(free, ignored); ++number)
        free = fmt::format("{}-{}", name, number);
    return free;
}

// So that the old file alone is the old database; one that is damaged keeps its log beside it. And
// alone it must be: whoever has it open, as an import has, would go on writing into the file that
// is set aside, and say that it is stored.
void empty_log_of_unused(const std::string& path) {
    try {
        Connection connection(path, Connection::Access::read_write);
        connection.set_busy_timeout(kBusyTimeout);
        connection.execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
        empty_log(connection);
    } catch (const StoreError& error) {
        if (error.kind() != StoreError::Kind::busy) return;
        throw daemon::UsageError(fmt::format(
            "{} is in use by another program, such as 'tracker import': nothing was changed; wait "
            "for its end",
            path));
    }
}

void link_if_there(const std::string& from, const std::string& to) {
    if (::link(from.c_str(), to.c_str()) == -1 && errno != ENOENT) daemon::fail(errno, "link", to);
}

// The old names stay until the new file is there: at no moment is there no database.
std::string set_aside(const std::string& path) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return {};
    empty_log_of_unused(path);
    const std::string aside = name_aside(path);
    link_if_there(path, aside);
    link_if_there(path + "-wal", aside + "-wal");
    sync_folder_of(path);
    return aside;
}

// A journal of a restore that was killed would be played back into the file that is new.
void forget_unfinished(const std::string& fresh) {
    for (const char* const tail : {"-journal", "-wal", "-shm"}) ::unlink((fresh + tail).c_str());
}

// Before it has its name: the database of a server is at no moment half migrated.
void bring_up_to_date(const std::string& fresh) {
    Connection connection(fresh, Connection::Access::read_write);
    connection.execute("PRAGMA synchronous = FULL");
    migrate(connection);
}

}  // namespace

void refuse_bad_backup(const std::string& copy) {
    with_checked(copy, [](Connection&) {});
}

std::string restore_database(const std::string& copy, const std::string& path) {
    const std::string fresh = path + ".restored";
    forget_unfinished(fresh);
    with_checked(copy, [&fresh](Connection& connection) {
        copy_database(connection, fresh, IfThere::replace);
    });
    bring_up_to_date(fresh);
    give_to_owner_of_folder(fresh);
    std::string aside;
    try {
        aside = set_aside(path);
    } catch (...) {
        ::unlink(fresh.c_str());
        throw;
    }
    // A log of the old database must not meet the new one.
    for (const char* const tail : {"-wal", "-shm"}) ::unlink((path + tail).c_str());
    daemon::check(::rename(fresh.c_str(), path.c_str()), "rename", path);
    sync_folder_of(path);
    return aside;
}

}  // namespace waymark::tracker
