#include "store/postgresql_schema.hh"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "daemon/error.hh"
#include "store/engine.hh"
#include "store/postgresql_tables.hh"

namespace waymark::tracker {
namespace {

constexpr const char* kVersion = "SELECT version FROM waymark_schema";

std::int64_t version_of(Connection& connection) {
    return has_table(connection, "waymark_schema") ? connection.number(kVersion) : 0;
}

int newest() {
    return postgresql_migrations().back().version;
}

// The version that is there; 0 for a database that is empty, or whose first step was cut off.
std::int64_t require_own_tables(Connection& connection) {
    const bool is_ours = has_table(connection, "waymark_schema");
    const std::int64_t found = is_ours ? connection.number(kVersion) : 0;
    if (found > newest())
        throw daemon::UsageError(
            fmt::format("{} has version {} and this program knows up to {}: install the newer "
                        "program, or name another database",
                        connection.path(), found, newest()));
    if (is_ours) return found;
    const std::int64_t tables = connection.number(
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND "
        "table_type = 'BASE TABLE'");
    if (tables > 0)
        throw daemon::UsageError(fmt::format(
            "{} has tables of another program: name an empty database", connection.path()));
    return 0;
}

std::string without(std::string text, std::string_view words) {
    for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at))
        text.erase(at, words.size());
    return text;
}

std::string in_dialect(const char* statements, Dialect dialect) {
    if (dialect != Dialect::cockroachdb) return statements;
    return without(without(statements, " COLLATE \"C\""), " PARTITION BY RANGE (time_ms)");
}

bool makes_tables_in_transactions(Dialect dialect) {
    return dialect == Dialect::postgresql || dialect == Dialect::citus;
}

// No text within them has a semicolon.
void execute_one_by_one(Connection& connection, const std::string& statements) {
    for (std::size_t begin = 0; begin < statements.size();) {
        const std::size_t end = std::min(statements.find(';', begin), statements.size());
        const std::string statement = statements.substr(begin, end - begin);
        if (statement.find_first_not_of('\n') != std::string::npos)
            connection.execute(statement.c_str());
        begin = end + 1;
    }
}

void run_step(Connection& connection, const Migration& step, Dialect dialect) {
    const std::string statements = in_dialect(step.statements, dialect);
    const std::string done = fmt::format("UPDATE waymark_schema SET version = {}", step.version);
    if (!makes_tables_in_transactions(dialect)) {
        execute_one_by_one(connection, statements + ";" + done);
        return;
    }
    Transaction transaction(connection);
    connection.execute(statements.c_str());
    if (&step == &postgresql_migrations().front() && dialect == Dialect::citus)
        connection.execute(kDistributeTables);
    connection.execute(done.c_str());
    transaction.commit();
}

}  // namespace

bool has_table(Connection& connection, std::string_view name) {
    Statement look(connection,
                   "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() "
                   "AND table_name = ?1");
    look.bind_text(1, name);
    return look.step();
}

Dialect dialect_by_version(std::string_view version, bool has_citus) {
    if (version.find("CockroachDB") != std::string_view::npos) return Dialect::cockroachdb;
    if (version.find("-YB-") != std::string_view::npos) return Dialect::yugabytedb;
    return has_citus ? Dialect::citus : Dialect::postgresql;
}

Dialect dialect_of(Connection& connection) {
    return dialect_by_version(connection.text("SELECT version()"), connection.behind().has_citus());
}

void migrate_postgresql(Connection& connection) {
    const std::int64_t found = require_own_tables(connection);
    if (found == newest()) return;
    const Dialect dialect = dialect_of(connection);
    for (const Migration& step : postgresql_migrations()) {
        if (step.version <= found) continue;
        try {
            run_step(connection, step, dialect);
        } catch (const StoreError&) {
            // Another server that starts at this moment may have been faster.
            if (version_of(connection) < step.version) throw;
        }
    }
}

void require_current_postgresql(Connection& connection) {
    const std::int64_t found = require_own_tables(connection);
    if (found == newest()) return;
    if (found == 0)
        throw daemon::UsageError(fmt::format(
            "{} is empty: add a device first, or name another database", connection.path()));
    throw daemon::UsageError(
        fmt::format("{} has version {} and must be brought to {}: start the server once",
                    connection.path(), found, newest()));
}

void refuse_unfinished_copy(Connection& connection) {
    if (!has_table(connection, "moved_from")) return;
    throw daemon::UsageError(
        fmt::format("{} holds an unfinished copy: run 'tracker migrate-store' again, or name "
                    "another database",
                    connection.path()));
}

}  // namespace waymark::tracker
