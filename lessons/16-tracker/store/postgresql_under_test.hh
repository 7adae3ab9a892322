// For tests of what PostgreSQL alone has: an empty database on the server that
// WAYMARK_TEST_POSTGRESQL names (tests/suite/with_postgresql.py starts one). Without it a case says
// that it is skipped.

#pragma once

#include <fmt/core.h>

#include <cstdlib>
#include <string>

#include "store/postgresql_engine.hh"

namespace waymark::tracker {

inline bool skip_without_server(const char* what) {
    if (std::getenv("WAYMARK_TEST_POSTGRESQL") != nullptr) return false;
    fmt::print("SKIP: {}: needs a PostgreSQL (WAYMARK_TEST_POSTGRESQL)\n", what);
    return true;
}

// The URL, and nothing is in the database.
inline std::string empty_postgresql() {
    const std::string url = std::getenv("WAYMARK_TEST_POSTGRESQL");
    Connection(url, Connection::Access::read_write)
        .execute("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public");
    return url;
}

// Ends the server's side of a connection, as a crash or a failover does; another one must say it.
inline void cut_off(Connection& connection, Connection& by) {
    const std::int64_t process = connection.number("SELECT pg_backend_pid()");
    Statement cut(by, "SELECT pg_terminate_backend(CAST(?1 AS integer), 10000)");
    cut.bind(1, process);
    cut.run();
}

}  // namespace waymark::tracker
