#include "commands/move_ends.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "daemon/error.hh"
#include "services/running_server.hh"
#include "settings.hh"
#include "store/copy_database.hh"
#include "store/data_folder.hh"
#include "store/open_database.hh"
#include "store/postgresql_open.hh"
#include "store/schema.hh"

namespace waymark::tracker {
namespace {

using daemon::UsageError;

bool is_there(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

void refuse_running_server(const std::string& path) {
    Settings settings;
    settings.data = folder_of_file(path);
    if (const auto running = find_running_server(settings))
        throw UsageError(
            fmt::format("a server uses {} (process {}): stop it first, by 'tracker "
                        "stop'; phones keep what they have until one runs again",
                        settings.data, running->process.pid));
}

Connection open_source(const std::string& location) {
    if (is_postgresql(location)) return open_for_reading(location);
    refuse_running_server(location);
    return open_there_for_writing(location);
}

void remove_tails(const std::string& path) {
    for (const char* const tail : {"-wal", "-shm"}) ::unlink((path + tail).c_str());
}

// Of a run that was killed while it made the tables, or of an older program: begun anew.
void remove_if_older(const std::string& begun) {
    if (!is_there(begun)) return;
    std::int64_t version = 0;
    try {
        version = Connection(begun, Connection::Access::read_write).number("PRAGMA user_version");
    } catch (const StoreError&) {
        return;  // something else, which is refused next
    }
    if (version >= migrations().back().version) return;
    ::unlink(begun.c_str());
    remove_tails(begun);
}

// Somebody who names a folder that is to be made would have a file of that name, in which no server
// finds anything.
void refuse_unclear_name(const std::string& path) {
    if (path.ends_with(".db")) return;
    throw UsageError(fmt::format(
        "{0} is not there, and may be meant for a folder or for a file: make the folder "
        "first ('mkdir -m 700 {0}'), or give a file a name that ends in .db",
        path));
}

}  // namespace

std::string folder_of_file(const std::string& path) {
    return std::filesystem::path(path).parent_path().string();
}

MoveSource::MoveSource(const std::string& location) : connection_(open_source(location)) {
    if (connection_.is_sqlite()) {
        lock_.emplace(connection_);
        return;
    }
    refuse_connected_trackers();
    written_ = written();
    connection_.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
}

void MoveSource::refuse_if_written() {
    if (connection_.is_sqlite()) return;
    connection_.execute("COMMIT");
    if (written() != written_)
        throw UsageError(fmt::format(
            "{} was written to meanwhile: stop every tracker that uses it, and give the command "
            "again, to another target or an empty one",
            connection_.path()));
}

// Also those whose URL gives them another name: the role is the tracker's alone.
void MoveSource::refuse_connected_trackers() {
    const std::int64_t others = connection_.number(
        "SELECT count(*) FROM pg_stat_activity WHERE (application_name = 'waymark' OR usename = "
        "current_user) AND datname = current_database() AND pid <> pg_backend_pid()");
    if (others > 0)
        throw UsageError(
            fmt::format("{} is in use ({} connections of trackers or their commands): "
                        "stop them first",
                        connection_.path(), others));
}

// Grows with each commit of a tracker that stores, and with each change by people.
std::int64_t MoveSource::written() {
    return connection_.number(
        "SELECT CAST(coalesce(sum(sequence), 0) AS bigint) + (SELECT taken FROM change_lock) FROM "
        "writer");
}

MoveGoal::MoveGoal(const std::string& location)
    : location_(location),
      is_file_(!is_postgresql(location)),
      is_whole_(is_file_ && is_there(location)),
      connection_(open()) {}

std::string MoveGoal::name() const {
    return is_file_ && !is_whole_ ? begun() : connection_.path();
}

std::string MoveGoal::cure() const {
    return is_file_ ? "name another file, or move this one away"
                    : "name an empty database (createdb(1))";
}

Connection MoveGoal::open() {
    if (!is_file_) return open_postgresql_for_moving(location_);
    if (is_whole_) return open_for_reading(location_);
    if (!is_there(folder_of_file(location_)))
        throw UsageError(fmt::format("{} is not there: make the folder first, or name another",
                                     folder_of_file(location_)));
    if (!is_there(begun())) refuse_unclear_name(location_);
    remove_if_older(begun());
    Connection connection = open_for_writing(begun());
    // Nobody else may go on with it at the same time. A power cut may cost the last of these
    // transactions; the next run carries them again.
    connection.execute(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = NORMAL; "
        "PRAGMA wal_autocheckpoint = 4000; BEGIN IMMEDIATE; COMMIT");
    return connection;
}

void MoveGoal::end() {
    if (!is_file_ || is_whole_) return;
    connection_.execute("PRAGMA locking_mode = NORMAL");
    empty_log(connection_);
    { const Connection closed(std::move(connection_)); }
    remove_tails(begun());
    give_to_owner_of_folder(begun());
    if (::renameat2(AT_FDCWD, begun().c_str(), AT_FDCWD, location_.c_str(), RENAME_NOREPLACE) == -1)
        daemon::fail(errno, "rename", location_);
    sync_folder_of(location_);
}

}  // namespace waymark::tracker
