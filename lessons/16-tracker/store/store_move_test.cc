#include "store/store_move.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "daemon/folder_under_test.hh"
#include "store/open_database.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;

namespace {

const MoveProgress kSilent = [](const MovedTable&, std::int64_t, bool) {};

// Something for each kind of column: made by the columns' names, so that a new one is not forgotten.
std::string value_for(const MovedColumn& column, int row) {
    if (column.name == "device" || column.name == "account" || column.name == "place" ||
        column.name == "viewer" || column.name == "seen" || column.name == "hook" ||
        column.name == "event")
        return std::to_string(row % 3 + 1);
    if (column.name == "number") return std::to_string(row + 1);
    switch (column.kind) {
        case MovedColumn::Kind::integer: return std::to_string(1'700'000'000'000 + row * 7919);
        case MovedColumn::Kind::text: return fmt::format("'{} ä {}'", column.name, row);
        case MovedColumn::Kind::bytes: return fmt::format("x'00ff{:08x}'", row);
    }
    return "";
}

// Rows that SQLite takes into every table.
void fill(Connection& connection, int fixes) {
    Transaction transaction(connection);
    for (const MovedTable& table : moved_tables()) {
        const int rows = table.name == "fix" ? fixes : 3;
        for (int row = 0; row < rows; ++row) {
            std::string values;
            for (const MovedColumn& column : table.columns)
                values += (values.empty() ? "" : ", ") + value_for(column, row);
            connection.execute(fmt::format("INSERT INTO {} ({}) VALUES ({})", table.name,
                                           table.column_names(table.columns.size()), values)
                                   .c_str());
        }
    }
    connection.execute("UPDATE last_commit SET sequence = 77");
    connection.execute("UPDATE sqlite_sequence SET seq = 4711 WHERE name = 'place'");
    transaction.commit();
}

std::string first_difference(Connection& from, Connection& to) {
    const std::vector<TableComparison> results = compare_stores(from, to, kSilent);
    for (std::size_t i = 0; i < results.size(); ++i)
        if (!results[i].difference.empty())
            return moved_tables()[i].name + ": " + results[i].difference;
    return "";
}

struct Stores {
    explicit Stores(int fixes = 50)
        : from(open_for_writing(folder.file("from.db"))),
          to(open_for_writing(folder.file("to.db"))) {
        fill(from, fixes);
    }
    TemporaryFolder folder;
    Connection from, to;
};

}  // namespace

TEST_CASE("the list of tables has each table and each column of the schema, and its keys") {
    const TemporaryFolder folder;
    Connection connection = open_for_writing(folder.file("waymark.db"));
    std::vector<std::string> known = {"sqlite_sequence", "last_commit"};
    for (const MovedTable& table : moved_tables()) {
        known.push_back(table.name);
        std::string columns, keys;
        Statement statement(connection,
                            "SELECT name, type, pk FROM pragma_table_info(?1) ORDER BY name");
        statement.bind_text(1, table.name);
        std::vector<std::string> there, listed;
        int key_columns = 0;
        while (statement.step()) {
            const std::string name(statement.text(0));
            const std::string type(statement.text(1));
            there.push_back(name + " " + type);
            const std::int64_t key = statement.integer(2);
            key_columns += key > 0 ? 1 : 0;
            if (key > 0) CHECK(table.columns[static_cast<std::size_t>(key - 1)].name == name);
        }
        CHECK(key_columns == table.key_columns);
        for (const MovedColumn& column : table.columns) {
            const char* const kinds[] = {"INTEGER", "TEXT", "BLOB"};
            listed.push_back(column.name + " " + kinds[static_cast<int>(column.kind)]);
        }
        std::sort(listed.begin(), listed.end());
        std::sort(there.begin(), there.end());
        CHECK(listed == there);
    }
    Statement tables(connection, "SELECT name FROM sqlite_schema WHERE type = 'table'");
    while (tables.step()) {
        const std::string name(tables.text(0));
        CHECK_MESSAGE(std::find(known.begin(), known.end(), name) != known.end(), name);
    }
}

TEST_CASE("what is carried is the same, with its counters, and carried once") {
    Stores stores(2500);
    CHECK(look_at_target(stores.to, "from.db") == MoveTarget::empty);
    mark_as_begun(stores.to, "from.db");
    CHECK(is_begun_copy(stores.to));
    CHECK(look_at_target(stores.to, "from.db") == MoveTarget::begun);
    CHECK(look_at_target(stores.to, "other.db") == MoveTarget::foreign);
    CHECK(first_difference(stores.from, stores.to) ==
          "device: the row with number 1 is missing");
    carry_rows(stores.from, stores.to, 0, kSilent);
    carry_counters(stores.from, stores.to, 0);
    CHECK(first_difference(stores.from, stores.to).empty());
    std::int64_t carried = 0;
    carry_rows(stores.from, stores.to, 0,
               [&](const MovedTable&, std::int64_t rows, bool) { carried += rows; });
    CHECK(carried == 0);
    CHECK(stores.to.number("SELECT sequence FROM last_commit") == 1'700'000'000'000 + 2 * 7919);
    CHECK(stores.to.number("SELECT seq FROM sqlite_sequence WHERE name = 'place'") == 4711);
    mark_as_whole(stores.to);
    CHECK(look_at_target(stores.to, "from.db") == MoveTarget::filled);
}

TEST_CASE("a begun copy is gone on with behind the last row that is there") {
    Stores stores(9000);
    std::int64_t told = 0;
    struct Killed {};
    const MoveProgress kill = [&](const MovedTable& table, std::int64_t rows, bool) {
        if (table.name != "fix") return;
        told = rows;
        throw Killed();
    };
    CHECK_THROWS_AS(carry_rows(stores.from, stores.to, 0, kill), Killed);
    CHECK(told > 0);
    CHECK(stores.to.number("SELECT count(*) FROM fix") == told);
    std::int64_t more = 0;
    carry_rows(stores.from, stores.to, 0,
               [&](const MovedTable&, std::int64_t rows, bool) { more = rows; });
    CHECK(more == 9000 - told);
    CHECK(first_difference(stores.from, stores.to).empty());
}

TEST_CASE("each kind of difference is found, and named by its row") {
    Stores stores;
    carry_rows(stores.from, stores.to, 0, kSilent);
    const std::string digest = compare_stores(stores.from, stores.to, kSilent).back().digest;
    stores.to.execute("UPDATE fix SET altitude_cm = NULL WHERE time_ms = 1700000023757");
    CHECK(first_difference(stores.from, stores.to) ==
          "fix: the row with device 1, time_ms 1700000023757, latitude_e7 1700000023757, "
          "longitude_e7 1700000023757 has another altitude_cm");
    stores.to.execute("DELETE FROM fix WHERE time_ms = 1700000023757");
    CHECK(first_difference(stores.from, stores.to).ends_with("is missing"));
    stores.to.execute("DELETE FROM fix");
    carry_rows(stores.from, stores.to, 0, kSilent);
    CHECK(first_difference(stores.from, stores.to).empty());
    CHECK(compare_stores(stores.from, stores.to, kSilent).back().digest == digest);
    stores.to.execute("INSERT INTO identifier VALUES ('zz', 1)");
    CHECK(first_difference(stores.from, stores.to) ==
          "identifier: the row with text 'zz' is not in the source");
}

TEST_CASE("text that PostgreSQL would not take is carried as what can be read of it") {
    Stores stores;
    stores.from.execute(
        "UPDATE session SET agent = CAST(x'41ff00' AS TEXT) WHERE number = 1");
    carry_rows(stores.from, stores.to, 0, kSilent);
    CHECK(stores.to.text("SELECT agent FROM session WHERE number = 1") ==
          "A\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(first_difference(stores.from, stores.to).empty());
}
