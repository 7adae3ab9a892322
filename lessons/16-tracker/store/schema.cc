#include "store/schema.hh"

#include <fmt/core.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdio>

#include "daemon/error.hh"
#include "store/copy_database.hh"
#include "store/sqlite_engine.hh"

namespace waymark::tracker {
namespace {

// "WYMK": tells our files from other programs' (PRAGMA application_id, file(1)).
constexpr std::int64_t kApplication = 0x57594D4B;

[[noreturn]] void refuse_newer(const std::string& path, std::int64_t found, int ours) {
    throw daemon::UsageError(fmt::format(
        "{} has version {} and this program knows up to {}: install the newer program, or name "
        "another folder with --data",
        path, found, ours));
}

[[noreturn]] void refuse_other_program(const std::string& path) {
    throw daemon::UsageError(
        fmt::format("{} is a database of another program: name another folder with --data", path));
}

void refuse_foreign(Connection& connection) {
    const std::int64_t application = connection.number("PRAGMA application_id");
    const std::int64_t version = connection.number("PRAGMA user_version");
    const std::int64_t tables = connection.number("SELECT count(*) FROM sqlite_schema");
    const bool is_empty = application == 0 && version == 0 && tables == 0;
    if (is_empty || application == kApplication) return;
    refuse_other_program(connection.path());
}

// A number in the head of a file; the highest byte is first.
std::int64_t number_at(std::string_view header, std::size_t offset) {
    std::int64_t number = 0;
    for (const char byte : header.substr(offset, 4))
        number = number * 256 + static_cast<unsigned char>(byte);
    return number;
}

// While foreign keys are on, a step that drops a table to rebuild it deletes all that refers to it.
// Within a transaction they cannot be switched (sqlite.org/lang_altertable.html, 7).
class WithoutForeignKeys {
  public:
    explicit WithoutForeignKeys(Connection& connection)
        : connection_(connection), were_on_(connection.number("PRAGMA foreign_keys") != 0) {
        connection_.execute("PRAGMA foreign_keys = OFF");
    }
    WithoutForeignKeys(const WithoutForeignKeys&) = delete;
    WithoutForeignKeys& operator=(const WithoutForeignKeys&) = delete;
    // Past any error: sqlite3_exec(), because a destructor must not throw.
    ~WithoutForeignKeys() {
        if (were_on_)
            ::sqlite3_exec(sqlite_handle(connection_), "PRAGMA foreign_keys = ON", nullptr, nullptr,
                           nullptr);
    }

  private:
    Connection& connection_;
    bool were_on_;
};

// What the keys would have refused while they were off.
void refuse_dangling(Connection& connection, int version) {
    const std::string table = connection.text("PRAGMA foreign_key_check");
    if (table.empty()) return;
    throw StoreError(StoreError::Kind::refers_to_nothing,
                     fmt::format("bring {} to version {}: a row of {} refers to nothing",
                                 connection.path(), version, table));
}

}  // namespace

void require_ours(Connection& connection, int newest_version) {
    refuse_foreign(connection);
    const std::int64_t found = connection.number("PRAGMA user_version");
    if (found > newest_version) refuse_newer(connection.path(), found, newest_version);
}

void require_ours_by_header(const std::string& path, std::string_view header) {
    const std::int64_t version = number_at(header, 60);
    const std::int64_t application = number_at(header, 68);
    if (application != kApplication && (application != 0 || version != 0))
        refuse_other_program(path);
    const int ours = migrations().back().version;
    if (version > ours) refuse_newer(path, version, ours);
}

std::string keep_before_migrating(Connection& connection, std::span<const Migration> steps) {
    require_ours(connection, steps.back().version);
    const std::int64_t found = connection.number("PRAGMA user_version");
    const int wanted = steps.back().version;
    if (found == 0 || found >= wanted) return {};
    const std::string copy = fmt::format("{}.before-v{}", connection.path(), wanted);
    // Another program may migrate at this moment: a copy that comes too late must not replace its
    // one.
    const std::string fresh = copy + ".new";
    copy_database(connection, fresh, IfThere::replace);
    const bool is_late =
        Connection(fresh, Connection::Access::read_only).number("PRAGMA user_version") >= wanted;
    const int result = is_late ? ::unlink(fresh.c_str()) : ::rename(fresh.c_str(), copy.c_str());
    daemon::check(result, "rename", fresh);
    sync_folder_of(copy);
    return is_late ? std::string() : copy;
}

void migrate(Connection& connection, std::span<const Migration> steps) {
    require_ours(connection, steps.back().version);
    const WithoutForeignKeys without(connection);
    for (const Migration& step : steps) {
        // Asked anew within the transaction: another process may have been faster.
        Transaction transaction(connection);
        if (connection.number("PRAGMA user_version") >= step.version) continue;
        connection.execute(step.statements);
        refuse_dangling(connection, step.version);
        connection.execute(fmt::format("PRAGMA application_id = {}", kApplication).c_str());
        connection.execute(fmt::format("PRAGMA user_version = {}", step.version).c_str());
        transaction.commit();
    }
}

void require_current(Connection& connection) {
    require_ours(connection);
    const std::int64_t found = connection.number("PRAGMA user_version");
    const int ours = migrations().back().version;
    if (found < ours)
        throw daemon::UsageError(
            fmt::format("{} has version {} and must be brought to {}: start the server once",
                        connection.path(), found, ours));
}

}  // namespace waymark::tracker
