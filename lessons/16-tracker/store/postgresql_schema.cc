#include "store/postgresql_schema.hh"

#include <fmt/core.h>

#include <string>

#include "daemon/error.hh"
#include "store/postgresql_tables.hh"

namespace waymark::tracker {
namespace {

std::int64_t version_of(Connection& connection) {
    if (!has_table(connection, "waymark_schema")) return 0;
    return connection.number("SELECT version FROM waymark_schema");
}

int newest() {
    return postgresql_migrations().back().version;
}

// The version that is there; 0 for a database that is empty.
std::int64_t require_own_tables(Connection& connection) {
    const std::int64_t found = version_of(connection);
    if (found > newest())
        throw daemon::UsageError(
            fmt::format("{} has version {} and this program knows up to {}: install the newer "
                        "program, or name another database",
                        connection.path(), found, newest()));
    if (found > 0) return found;
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

void run_step(Connection& connection, const Migration& step, Dialect dialect) {
    Transaction transaction(connection);
    connection.execute(in_dialect(step.statements, dialect).c_str());
    if (&step == &postgresql_migrations().front() && dialect == Dialect::citus)
        connection.execute(kDistributeTables);
    connection.execute(fmt::format("UPDATE waymark_schema SET version = {}", step.version).c_str());
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
    const bool has_citus =
        connection.number("SELECT count(*) FROM pg_extension WHERE extname = 'citus'") > 0;
    return dialect_by_version(connection.text("SELECT version()"), has_citus);
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
