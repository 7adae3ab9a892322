#include "store/schema.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "daemon/error.hh"
#include "store/open_database.hh"
#include "store/temporary_folder.hh"

using namespace waymark::tracker;
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
