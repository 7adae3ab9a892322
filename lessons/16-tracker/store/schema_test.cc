#include "store/schema.hh"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "store/corrections.hh"
#include "store/open_database.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;
using waymark::daemon::UsageError;

namespace {

// Our steps and one that does not exist yet.
std::vector<Migration> steps_of_the_future() {
    std::vector<Migration> steps(migrations().begin(), migrations().end());
    steps.push_back({steps.back().version + 1, "ALTER TABLE device ADD COLUMN colour TEXT"});
    return steps;
}

}  // namespace

TEST_CASE("versions count from one without a gap") {
    int expected = 0;
    for (const Migration& step : migrations()) CHECK(step.version == ++expected);
}

TEST_CASE("a file of version 2 keeps its fixes, and corrections can be made in it") {
    const TemporaryFolder folder;
    const std::string path = folder.file("waymark.db");
    {
        Connection old(path, Connection::Access::create);
        migrate(old, migrations().first(2));
        old.execute(
            "INSERT INTO device (name, created_ms) VALUES ('van', 5);"
            "INSERT INTO fix VALUES (1, 7, 2, 3, 4, 5, 6, 7, 8, 1, 1, 1, 'x')");
    }
    Connection connection = open_for_writing(path);
    CHECK(connection.number("SELECT unit_since FROM device") == 0);
    CHECK(connection.number("SELECT speed_mm_s FROM fix") == 5);
    Corrections corrections(connection);
    corrections.go_on(corrections.begin(CorrectionKind::hidden, {1, 0, 10, {}}, "anna", 1));
    CHECK(connection.number("SELECT count(*) FROM fix") == 0);
    CHECK(connection.number("SELECT count(*) FROM hidden_fix WHERE extras = 'x'") == 1);
}

TEST_CASE("a file of version 1 is brought up to date and keeps its rows") {
    const TemporaryFolder folder;
    const std::string path = folder.file("waymark.db");
    {
        Connection old(path, Connection::Access::create);
        migrate(old, migrations().first(1));
        CHECK(old.number("PRAGMA user_version") == 1);
        old.execute("INSERT INTO device (name, created_ms) VALUES ('van', 5)");
    }
    Connection connection = open_for_writing(path);
    CHECK(connection.number("PRAGMA user_version") == migrations().back().version);
    CHECK(connection.text("SELECT name FROM device") == "van");
    CHECK(connection.number("SELECT count(*) FROM device WHERE box_key IS NULL") == 1);
    CHECK(connection.number("SELECT count(*) FROM friend") == 0);
    const std::vector<Migration> future = steps_of_the_future();
    migrate(connection, future);
    CHECK(connection.number("PRAGMA user_version") == future.back().version);
    CHECK(connection.number("SELECT count(*) FROM device WHERE colour IS NULL") == 1);
}

TEST_CASE("a file of a newer program is refused by those who write and those who read") {
    const TemporaryFolder folder;
    const std::string path = folder.file("waymark.db");
    {
        Connection connection(path, Connection::Access::create);
        migrate(connection, steps_of_the_future());
    }
    CHECK_THROWS_AS(open_for_writing(path), UsageError);
    CHECK_THROWS_AS(open_for_reading(path), UsageError);
}

TEST_CASE("a step that fails leaves the version before it") {
    const TemporaryFolder folder;
    Connection connection(folder.file("waymark.db"), Connection::Access::create);
    std::vector<Migration> steps(migrations().begin(), migrations().end());
    steps.push_back({steps.back().version + 1, "CREATE TABLE half (x); NO SUCH STATEMENT"});
    CHECK_THROWS_AS(migrate(connection, steps), StoreError);
    CHECK(connection.number("PRAGMA user_version") == migrations().back().version);
    CHECK(connection.number("SELECT count(*) FROM sqlite_schema WHERE name = 'half'") == 0);
}

namespace {

// Rebuilds a table to which others refer, as ALTER TABLE cannot (sqlite.org/lang_altertable.html,
// 7).
constexpr const char* kRebuildDevice =
    "CREATE TABLE device_new (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
    " token_hash BLOB UNIQUE, speed_unit INTEGER NOT NULL DEFAULT 0, created_ms INTEGER NOT NULL,"
    " colour TEXT);"
    "INSERT INTO device_new SELECT number, name, token_hash, speed_unit, created_ms, NULL FROM "
    "device;"
    "DROP TABLE device;"
    "ALTER TABLE device_new RENAME TO device;";

std::vector<Migration> steps_with(const char* statements) {
    std::vector<Migration> steps(migrations().begin(), migrations().end());
    steps.push_back({steps.back().version + 1, statements});
    return steps;
}

// A device and a row in each table that refers to it.
void fill_all_tables(Connection& connection) {
    connection.execute(
        "INSERT INTO device (name, created_ms) VALUES ('van', 5);"
        "INSERT INTO identifier VALUES ('7', 1);"
        "INSERT INTO fix VALUES (1, 1, 2, 3, NULL, NULL, NULL, NULL, NULL, 1, 1, 1, NULL);"
        "INSERT INTO quarantine (device, received_ms, position, reason, source, digest, raw) "
        "VALUES (1, 1, 0, 'x', 1, x'00', x'01');"
        "INSERT INTO device_state VALUES (1, 1, NULL);");
}

std::int64_t rows_that_refer(Connection& connection) {
    return connection.number(
        "SELECT (SELECT count(*) FROM identifier) + (SELECT count(*) FROM fix) + "
        "(SELECT count(*) FROM quarantine) + (SELECT count(*) FROM device_state)");
}

}  // namespace

TEST_CASE("a step that rebuilds a table keeps the rows that refer to it") {
    const TemporaryFolder folder;
    Connection connection = open_for_writing(folder.file("waymark.db"));
    fill_all_tables(connection);
    migrate(connection, steps_with(kRebuildDevice));
    CHECK(rows_that_refer(connection) == 4);
    CHECK(connection.number("PRAGMA foreign_keys") == 1);
    connection.execute("DELETE FROM device");
    CHECK(rows_that_refer(connection) == 0);
}

TEST_CASE("the same statements wipe them while foreign keys are on") {
    const TemporaryFolder folder;
    Connection connection = open_for_writing(folder.file("waymark.db"));
    fill_all_tables(connection);
    Transaction transaction(connection);
    connection.execute(kRebuildDevice);
    CHECK(rows_that_refer(connection) == 0);
}

TEST_CASE("a step after which a row refers to nothing is rolled back") {
    const TemporaryFolder folder;
    Connection connection = open_for_writing(folder.file("waymark.db"));
    fill_all_tables(connection);
    CHECK_THROWS_WITH_AS(migrate(connection, steps_with("DELETE FROM device")),
                         doctest::Contains("refers to nothing"), StoreError);
    CHECK(connection.number("PRAGMA user_version") == migrations().back().version);
    CHECK(connection.number("SELECT count(*) FROM device") == 1);
    CHECK(connection.number("PRAGMA foreign_keys") == 1);
}

TEST_CASE("a file with rows is kept as it was before it is migrated, and a new one is not") {
    const TemporaryFolder folder;
    const std::string path = folder.file("waymark.db");
    const std::vector<Migration> future = steps_of_the_future();
    Connection connection = open_for_writing(path);
    CHECK(keep_before_migrating(connection).empty());
    fill_all_tables(connection);
    const std::string copy = keep_before_migrating(connection, future);
    CHECK(copy == path + ".before-v" + std::to_string(future.back().version));
    CHECK(std::filesystem::status(copy).permissions() == std::filesystem::perms(0600));
    migrate(connection, future);
    CHECK(keep_before_migrating(connection, future).empty());
    Connection kept(copy, Connection::Access::read_only);
    CHECK(rows_that_refer(kept) == 4);
    CHECK(kept.number("PRAGMA user_version") == migrations().back().version);
    Connection fresh(folder.file("fresh.db"), Connection::Access::create);
    CHECK(keep_before_migrating(fresh).empty());
}
