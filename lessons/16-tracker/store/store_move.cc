#include "store/store_move.hh"

#include <fmt/core.h>

#include <algorithm>

#include "store/table_copy.hh"

namespace waymark::tracker {
namespace {

std::int64_t number_of(Connection& connection, const std::string& query, std::string_view name) {
    Statement statement(connection, query);
    statement.bind_text(1, name);
    const std::int64_t number = statement.step() ? statement.integer(0) : 0;
    statement.reset();
    return number;
}

bool knows_table(Connection& connection, std::string_view name) {
    constexpr const char* kInFile =
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    constexpr const char* kOnServer =
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND "
        "table_name = ?1";
    return number_of(connection, connection.is_sqlite() ? kInFile : kOnServer, name) != 0;
}

bool has_rows(Connection& connection, const MovedTable& table) {
    return connection.number(fmt::format("SELECT 1 FROM {} LIMIT 1", table.name).c_str()) != 0;
}

bool is_filled(Connection& connection) {
    for (const MovedTable& table : moved_tables())
        if (has_rows(connection, table)) return true;
    return false;
}

// Counted by SQLite in a table of its own (sqlite.org/autoinc.html), in PostgreSQL for devices and
// accounts only; other numbers grow with time there, so that of this moment is above them.
std::int64_t greatest_number(Connection& connection, const std::string& table, bool is_small) {
    if (connection.is_sqlite())
        return number_of(connection, "SELECT seq FROM sqlite_sequence WHERE name = ?1", table);
    if (!is_small) return connection.new_number().value_or(0);
    return number_of(connection, "SELECT last FROM small_number WHERE of_table = ?1", table);
}

void run_with(Connection& connection, const char* query, std::string_view name,
              std::int64_t number) {
    Statement statement(connection, query);
    statement.bind_text(1, name);
    if (number >= 0) statement.bind(2, number);
    statement.run();
}

void count_on_from(Connection& connection, const std::string& table, std::int64_t number,
                   bool is_small) {
    if (!connection.is_sqlite()) {
        if (is_small)
            run_with(connection,
                     "UPDATE small_number SET last = CASE WHEN last < ?2 THEN ?2 ELSE last END "
                     "WHERE of_table = ?1",
                     table, number);
        return;
    }
    run_with(connection, "DELETE FROM sqlite_sequence WHERE name = ?1", table, -1);
    run_with(connection, "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", table, number);
}

// What a person decided holds for the fixes until a commit: so those numbers count, too.
std::int64_t newest_commit(Connection& connection) {
    std::int64_t newest = 0;
    for (const char* const query :
         {connection.is_sqlite() ? "SELECT sequence FROM last_commit"
                                 : "SELECT coalesce(max(sequence), 0) FROM writer",
          "SELECT coalesce(max(unit_since), 0) FROM device",
          "SELECT coalesce(max(until_sequence), 0) FROM correction"})
        newest = std::max(newest, connection.number(query));
    return newest;
}

void commit_on_from(Connection& connection, std::int64_t sequence, std::int64_t writer) {
    if (connection.is_sqlite()) {
        connection.execute(fmt::format("UPDATE last_commit SET sequence = {}", sequence).c_str());
        return;
    }
    connection.execute(
        fmt::format("UPDATE writer SET sequence = {0} WHERE number = {1} AND sequence < {0}",
                    sequence, writer)
            .c_str());
}

}  // namespace

bool is_begun_copy(Connection& connection) {
    return knows_table(connection, "moved_from");
}

MoveTarget look_at_target(Connection& to, std::string_view source) {
    const std::string begun = is_begun_copy(to) ? to.text("SELECT source FROM moved_from") : "";
    if (!begun.empty()) return begun == source ? MoveTarget::begun : MoveTarget::foreign;
    return is_filled(to) ? MoveTarget::filled : MoveTarget::empty;
}

void mark_as_begun(Connection& to, std::string_view source) {
    // Not in a transaction, in which not every engine makes tables; where the row is missing
    // nothing was carried yet.
    to.execute(
        "CREATE TABLE IF NOT EXISTS moved_from (only_one INTEGER PRIMARY KEY, source TEXT NOT "
        "NULL)");
    Statement remember(to, "INSERT INTO moved_from (only_one, source) VALUES (0, ?1)");
    remember.bind_text(1, source);
    remember.run();
}

void mark_as_whole(Connection& to) {
    to.execute("DROP TABLE moved_from");
}

void carry_rows(Connection& from, Connection& to, std::int64_t writer,
                const MoveProgress& progress) {
    for (const MovedTable& table : moved_tables())
        copy_table(from, to, table, writer,
                   [&](std::int64_t rows) { progress(table, rows, false); });
}

void carry_counters(Connection& from, Connection& to, std::int64_t writer) {
    Transaction transaction(to);
    for (const MovedTable& table : moved_tables()) {
        if (table.columns.front().name != "number") continue;
        const bool is_small = table.name == "device" || table.name == "account";
        count_on_from(to, table.name, greatest_number(from, table.name, is_small), is_small);
    }
    commit_on_from(to, newest_commit(from), writer);
    transaction.commit();
}

std::vector<TableComparison> compare_stores(Connection& from, Connection& to,
                                            const MoveProgress& progress) {
    std::vector<TableComparison> results;
    for (const MovedTable& table : moved_tables())
        results.push_back(compare_table(from, to, table,
                                        [&](std::int64_t rows) { progress(table, rows, true); }));
    return results;
}

}  // namespace waymark::tracker
