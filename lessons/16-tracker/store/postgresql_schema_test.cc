#include "store/postgresql_schema.hh"

#include <doctest/doctest.h>

#include <optional>
#include <set>
#include <string>

#include "daemon/error.hh"
#include "store/open_database.hh"
#include "store/postgresql_partitions.hh"
#include "store/postgresql_tables.hh"
#include "store/postgresql_under_test.hh"
#include "store/schema.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

namespace {

std::string refusal_of(const std::string& url) {
    try {
        open_for_writing(url);
    } catch (const UsageError& error) {
        return error.what();
    }
    return {};
}

constexpr UnixMillis kInJanuary = 1'768'025'565'000;  // in January 2026

}  // namespace

TEST_CASE("the engine is known by what it says of itself") {
    CHECK(dialect_by_version("PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64-pc-linux-gnu",
                             false) == Dialect::postgresql);
    CHECK(dialect_by_version("PostgreSQL 16.4 on x86_64-pc-linux-gnu", true) == Dialect::citus);
    CHECK(dialect_by_version("PostgreSQL 11.2-YB-2.20.1.0-b0 on x86_64-pc-linux-gnu", false) ==
          Dialect::yugabytedb);
    CHECK(dialect_by_version("CockroachDB CCL v23.2.4 (x86_64-pc-linux-gnu)", false) ==
          Dialect::cockroachdb);
}

TEST_CASE("a month has its partition, and all odd times have two") {
    CHECK(fix_partition(partition_number(kInJanuary)).name == "fix_2026_01");
    CHECK(fix_partition(partition_number(kInJanuary)).from == "1767225600000");
    CHECK(fix_partition(partition_number(kInJanuary)).to == "1769904000000");
    CHECK(partition_number(1'769'904'000'000) == partition_number(1'769'903'999'999) + 1);
    CHECK(fix_partition(partition_number(0)).name == "fix_before_2015");
    CHECK(fix_partition(partition_number(-5)).to == "1420070400000");
    CHECK(fix_partition(partition_number(1'420'070'399'999)).name == "fix_before_2015");
    CHECK(fix_partition(partition_number(1'420'070'400'000)).name == "fix_2015_01");
    CHECK(fix_partition(partition_number(2'524'607'999'999)).name == "fix_2049_12");
    CHECK(fix_partition(partition_number(2'524'608'000'000)).name == "fix_after_2049");
    CHECK(fix_partition(partition_number(9'000'000'000'000'000)).to == "MAXVALUE");
}

TEST_CASE("an empty database gets the tables, with the columns that SQLite's have") {
    if (skip_without_server("the tables")) return;
    const std::string url = empty_postgresql();
    Connection connection = open_for_writing(url);
    CHECK(connection.number("SELECT version FROM waymark_schema") ==
          postgresql_migrations().back().version);
    open_for_writing(url);  // again
    Connection sqlite(":memory:", Connection::Access::create);
    migrate(sqlite);
    Statement columns(sqlite,
                      "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c "
                      "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name <> "
                      "'last_commit' ORDER BY 1, 2");
    Statement same(connection,
                   "SELECT 1 FROM information_schema.columns WHERE table_name = ?1 AND column_name "
                   "= ?2");
    int looked_at = 0;
    while (columns.step()) {
        const std::string table(columns.text(0));
        const std::string column(columns.text(1));
        CAPTURE(table);
        CAPTURE(column);
        same.bind_text(1, table);
        same.bind_text(2, column);
        CHECK(same.step());
        same.reset();
        ++looked_at;
    }
    CHECK(looked_at > 100);
}

TEST_CASE("forwarding of version 11 begins, for commands, behind what they have stored") {
    if (skip_without_server("an older version")) return;
    const std::string url = empty_postgresql();
    Connection connection = open_for_writing(url);
    connection.execute(
        "ALTER TABLE forwarding DROP claimed_by, DROP claimed_until_ms; UPDATE waymark_schema SET "
        "version = 11; UPDATE writer SET sequence = 500; INSERT INTO forwarding (destination, "
        "writer, sequence, device, time_ms, latitude_e7, longitude_e7) VALUES ('x', 70, 5, 1, 2, "
        "3, 4), ('x', 71, 6, 1, 2, 3, 4)");
    CHECK_THROWS_AS(open_for_reading(url), UsageError);
    open_for_writing(url);
    CHECK(connection.number("SELECT count(*) FROM forwarding WHERE claimed_by IS NULL") == 3);
    CHECK(connection.number("SELECT f.sequence FROM forwarding f JOIN writer w ON w.number = "
                            "f.writer WHERE destination = 'x' AND name = 'command'") == 501);
}

TEST_CASE("a database that is not ours, or newer, or half a copy, is refused and left as it is") {
    if (skip_without_server("foreign databases")) return;
    const std::string url = empty_postgresql();
    Connection connection(url, Connection::Access::create);
    connection.execute("CREATE TABLE other (x bigint)");
    CHECK(refusal_of(url).find("another program") != std::string::npos);
    CHECK_THROWS_AS(open_for_reading(url), UsageError);
    CHECK(connection.number("SELECT count(*) FROM information_schema.tables WHERE table_schema = "
                            "'public'") == 1);
    connection.execute("DROP TABLE other");
    CHECK_THROWS_AS(open_for_reading(url), UsageError);  // empty
    CHECK_THROWS_AS(open_there_for_writing(url), UsageError);
    CHECK(refusal_of(url).empty());
    CHECK_NOTHROW(open_for_reading(url));
    CHECK_NOTHROW(open_there_for_writing(url));
    connection.execute("CREATE TABLE moved_from (source text)");
    CHECK(refusal_of(url).find("migrate-store") != std::string::npos);
    CHECK_THROWS_AS(open_for_reading(url), UsageError);
    connection.execute("DROP TABLE moved_from; UPDATE waymark_schema SET version = 1000");
    CHECK(refusal_of(url).find("has version 1000") != std::string::npos);
    CHECK_THROWS_AS(open_for_reading(url), UsageError);
}

TEST_CASE("a server that does not wait for its disk, or may only be read, is refused") {
    if (skip_without_server("settings of the server")) return;
    const std::string url = empty_postgresql();
    const std::string mark = url.find('?') == std::string::npos ? "?" : "&";
    CHECK(refusal_of(url + mark + "options=-c%20synchronous_commit%3Doff").find("power cut") !=
          std::string::npos);
    CHECK(refusal_of(url + mark + "options=-c%20synchronous_commit%3Dlocal").empty());
}

TEST_CASE("a month is made once, also where two writers need it, and fixes go into it") {
    if (skip_without_server("partitions")) return;
    const std::string url = empty_postgresql();
    Connection first = open_for_writing(url);
    Connection second = open_for_writing(url);
    const auto partitions = [&] {
        return first.number(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = CAST('fix' AS regclass)");
    };
    Partitions ours(first);
    ours.require(kInJanuary);
    ours.require(kInJanuary + 1000);
    Partitions theirs(second);
    theirs.require(kInJanuary);
    CHECK(partitions() == 1);
    {
        Transaction undone(first);
        Partitions(first).require(0);
    }
    CHECK(partitions() == 1);
    Partitions(second).require(0);
    CHECK(partitions() == 2);
    constexpr const char* kInsert =
        "INSERT INTO fix (device, time_ms, latitude_e7, longitude_e7, valid, source, sequence) "
        "VALUES (1, 1768025565000, 2, 3, 1, 1, 1)";
    first.execute(kInsert);
    CHECK_THROWS_AS(second.execute(kInsert), StoreError);
    CHECK(first.number("SELECT count(*) FROM fix_2026_01") == 1);
}
