// What the distributed engines are given, on a PostgreSQL that calls itself one of them: statements
// that are theirs alone are run here as well, and must come to the same. Whether an engine takes
// them, only that engine can say (POSTGRESQL.md has its documents).

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>
#include <vector>

#include "store/engine.hh"
#include "store/open_database.hh"
#include "store/postgresql_partitions.hh"
#include "store/postgresql_schema.hh"
#include "store/postgresql_tables.hh"
#include "store/store_move.hh"
#include "store/trackers_under_test.hh"

using namespace waymark::tracker;

namespace {

constexpr Dialect kEngines[] = {Dialect::postgresql, Dialect::citus, Dialect::yugabytedb,
                                Dialect::cockroachdb};
constexpr Dialect kOneByOne[] = {Dialect::yugabytedb, Dialect::cockroachdb};

// Spreads a table as Citus does, as far as anybody can see: it wants one connection to each node.
constexpr const char* kAsCitus = R"(
CREATE TABLE pretended.pg_extension (extname text);
INSERT INTO pretended.pg_extension VALUES ('citus');
CREATE TABLE pretended.spread (name text);
CREATE FUNCTION pretended.create_reference_table(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('citus.multi_shard_modify_mode', true) IS DISTINCT FROM 'sequential' THEN
        RAISE 'a parallel operation';
    END IF;
    INSERT INTO pretended.spread VALUES (name);
END $$;
CREATE FUNCTION pretended.create_distributed_table(name text, by_column text,
    colocate_with text DEFAULT 'none') RETURNS void LANGUAGE sql
    AS $$ SELECT pretended.create_reference_table(name) $$;
)";

std::string as_version(const char* version) {
    return fmt::format(
        "CREATE FUNCTION pretended.version() RETURNS text LANGUAGE sql AS $$ SELECT CAST('{}' AS "
        "text) $$",
        version);
}

// An empty database of what calls itself so. What it says of itself is found before the truth.
std::string empty_database(Dialect dialect) {
    const std::string url = empty_postgresql();
    Connection connection(url, Connection::Access::create);
    connection.execute("DROP SCHEMA IF EXISTS pretended CASCADE; CREATE SCHEMA pretended");
    if (dialect == Dialect::postgresql) return url;
    connection.execute(dialect == Dialect::citus ? kAsCitus
                       : dialect == Dialect::yugabytedb
                           ? as_version("PostgreSQL 15.2-YB-2025.1.0.0-b0").c_str()
                           : as_version("CockroachDB CCL v25.2.0").c_str());
    return url + (url.find('?') == std::string::npos ? "?" : "&") +
           "options=-c%20search_path%3Dpublic%2Cpretended%2Cpg_catalog";
}

std::string columns_of(Connection& connection) {
    return connection.text(
        "SELECT string_agg(concat_ws(' ', table_name, column_name, data_type, is_nullable, "
        "column_default), E'\\n' ORDER BY table_name, column_name) FROM "
        "information_schema.columns WHERE table_schema = 'public'");
}

std::int64_t tables_of(Connection& connection) {
    return connection.number(
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'");
}

std::int64_t indexes_of(Connection& connection) {
    return connection.number("SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'");
}

constexpr UnixMillis kSomeTime = 1'768'025'565'000;

Fix fix_of_device(UnixMillis time, DeviceNumber device = 1, std::int32_t longitude_e7 = 20) {
    Fix fix;
    fix.device = device;
    fix.time_ms = time;
    fix.latitude_e7 = -10;
    fix.longitude_e7 = longitude_e7;
    return fix;
}

std::vector<Added> told_of(Store& store, const std::vector<Fix>& fixes) {
    std::vector<Added> added;
    store.begin();
    store.add(fixes, added);
    REQUIRE(store.commit().durable);
    return added;
}

}  // namespace

TEST_CASE("the tables are the same by whatever way an engine wants them made") {
    if (skip_without_server("the engines' tables")) return;
    std::string columns;
    std::int64_t indexes = 0;
    for (const Dialect dialect : kEngines) {
        CAPTURE(static_cast<int>(dialect));
        const std::string url = empty_database(dialect);
        Connection connection = open_for_writing(url);
        CHECK(dialect_of(connection) == dialect);
        CHECK(connection.number("SELECT version FROM waymark_schema") ==
              postgresql_migrations().back().version);
        if (columns.empty()) columns = columns_of(connection);
        if (indexes == 0) indexes = indexes_of(connection);
        CHECK(columns_of(connection) == columns);
        CHECK(indexes_of(connection) == indexes);
        open_for_writing(url);  // again
    }
}

TEST_CASE("Citus spreads each table but those in which everybody meets, and by one connection") {
    if (skip_without_server("Citus")) return;
    Connection connection = open_for_writing(empty_database(Dialect::citus));
    CHECK(connection.text("SELECT string_agg(table_name, ' ' ORDER BY table_name) FROM "
                          "information_schema.tables WHERE table_schema = 'public' AND table_name "
                          "NOT IN (SELECT name FROM pretended.spread)") ==
          "audit change_lock forwarding small_number waymark_schema writer");
    constexpr const char* kMode =
        "SELECT coalesce(current_setting('citus.multi_shard_modify_mode', true), '')";
    {
        const Transaction transaction(connection);
        CHECK(connection.text(kMode) == "sequential");
    }
    CHECK(connection.text(kMode) != "sequential");
    Connection plain = open_for_writing(empty_database(Dialect::postgresql));
    const Transaction transaction(plain);
    CHECK(plain.text(kMode) != "sequential");
}

TEST_CASE("where tables are made one by one, a start that was cut off goes on, and loses nothing") {
    if (skip_without_server("a start that is cut off")) return;
    for (const Dialect dialect : kOneByOne) {
        CAPTURE(static_cast<int>(dialect));
        const std::string url = empty_database(dialect);
        Connection look(url, Connection::Access::create);
        look.execute("CREATE DOMAIN thinning AS bigint");  // no table can have that name
        CHECK_THROWS_AS(open_for_writing(url), StoreError);
        CHECK(look.number("SELECT version FROM waymark_schema") == 0);
        CHECK(look.number("SELECT count(*) FROM information_schema.tables WHERE table_name = "
                          "'device'") == 1);
        look.execute(
            "DROP DOMAIN thinning; UPDATE small_number SET last = 7 WHERE of_table = 'device'");
        Connection connection = open_for_writing(url);
        CHECK(look.number("SELECT version FROM waymark_schema") ==
              postgresql_migrations().back().version);
        CHECK(look.number("SELECT last FROM small_number WHERE of_table = 'device'") == 7);
        // Also where the row of the version was not there yet.
        const std::string columns = columns_of(look);
        look.execute("DELETE FROM waymark_schema; DROP TABLE thinning, forwarding");
        open_for_writing(url);
        CHECK(columns_of(look) == columns);
        CHECK(look.number("SELECT last FROM small_number WHERE of_table = 'device'") == 7);
    }
}

TEST_CASE("PostgreSQL makes all tables of a step or none") {
    if (skip_without_server("a step that is refused")) return;
    const std::string url = empty_database(Dialect::postgresql);
    Connection look(url, Connection::Access::create);
    look.execute("CREATE DOMAIN thinning AS bigint");
    CHECK_THROWS_AS(open_for_writing(url), StoreError);
    CHECK(tables_of(look) == 0);
}

TEST_CASE("what a person has hidden or deleted does not come back, and nothing else stays away") {
    if (skip_without_server("hidden fixes")) return;
    for (const Dialect dialect : kEngines) {
        CAPTURE(static_cast<int>(dialect));
        const std::string url = empty_database(dialect);
        Connection connection = open_for_writing(url);
        Devices(connection).add({{"van", {}, {}, {}}, {"boat", {}, {}, {}}}, kSomeTime);
        Store store(url, Store::kQuarantineRoom, "first");
        const std::vector<Fix> fixes = {fix_of_device(kSomeTime), fix_of_device(kSomeTime + 1),
                                        fix_of_device(kSomeTime + 2)};
        CHECK(told_of(store, fixes) == std::vector(3, Added::stored));
        connection.execute(
            "INSERT INTO hidden_fix (device, time_ms, latitude_e7, longitude_e7, valid, source, "
            "sequence, correction) SELECT device, time_ms, latitude_e7, longitude_e7, valid, "
            "source, sequence, 1 FROM fix WHERE time_ms = 1768025565000; INSERT INTO deleted_fix "
            "SELECT device, time_ms, (latitude_e7 * 31 + longitude_e7) & 65535 FROM fix WHERE "
            "time_ms = 1768025565001; DELETE FROM fix");
        CHECK(told_of(store, fixes) ==
              std::vector{Added::duplicate, Added::duplicate, Added::stored});
        // Another device's, another place's, another time's.
        CHECK(told_of(store, {fix_of_device(kSomeTime, 2), fix_of_device(kSomeTime + 1, 2),
                              fix_of_device(kSomeTime, 1, 21), fix_of_device(kSomeTime + 1, 1, 21),
                              fix_of_device(kSomeTime + 3), fix_of_device(kSomeTime, 99)}) ==
              std::vector{Added::stored, Added::stored, Added::stored, Added::stored, Added::stored,
                          Added::no_device});
        CHECK(connection.number("SELECT count(*) FROM fix") == 6);
    }
}

TEST_CASE("who comes to a place and who goes is told once, on each engine") {
    if (skip_without_server("places")) return;
    for (const Dialect dialect : kEngines) {
        CAPTURE(static_cast<int>(dialect));
        const std::string url = empty_database(dialect);
        Tracker a(url, "a"), b(url, "b");
        a.store.change([](Connection& connection) {
            Devices(connection).add({{"van", {"v"}, {}, {}}, {"boat", {"b"}, {}, {}}}, 0);
            Places(connection).add({0, "Gate", kGate, 100}, 0);
        });
        CHECK(a.send(0, 900) == "");
        CHECK(b.send(2, 0) == "enter");
        // What comes late says nothing, wherever the newer one was heard.
        CHECK(a.send(1, 900) == "");
        CHECK(a.send(3, 10) == "");
        CHECK(a.send(4, 900) == "leave");
        CHECK(b.send(5, 900) == "");
    }
}

TEST_CASE("a partition is made in one statement where two are not one") {
    if (skip_without_server("the engines' partitions")) return;
    for (const Dialect dialect : kEngines) {
        CAPTURE(static_cast<int>(dialect));
        Connection connection = open_for_writing(empty_database(dialect));
        Partitions(connection).require(kSomeTime);
        Partitions(connection).require(kSomeTime);
        CHECK(connection.number("SELECT count(*) FROM pg_inherits WHERE inhparent = CAST('fix' AS "
                                "regclass)") == (dialect == Dialect::cockroachdb ? 0 : 1));
        connection.execute(
            "INSERT INTO fix (device, time_ms, latitude_e7, longitude_e7, valid, source, sequence) "
            "VALUES (1, 1768025565000, 2, 3, 1, 1, 1)");
    }
}

TEST_CASE("a copy that was cut off before its source was written is an empty one") {
    if (skip_without_server("a copy that is cut off")) return;
    Connection connection = open_for_writing(empty_database(Dialect::cockroachdb));
    connection.execute("CREATE TABLE moved_from (only_one INTEGER PRIMARY KEY, source TEXT)");
    CHECK(look_at_target(connection, "x") == MoveTarget::empty);
    mark_as_begun(connection, "x");
    CHECK(look_at_target(connection, "x") == MoveTarget::begun);
    CHECK(look_at_target(connection, "y") == MoveTarget::foreign);
}
