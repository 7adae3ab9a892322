#include "store/postgresql_open.hh"

#include <fmt/core.h>

#include "daemon/error.hh"
#include "store/postgresql_schema.hh"
#include "store/writer.hh"

namespace waymark::tracker {
namespace {

Connection connect(const std::string& url, Connection::Access access) {
    try {
        return Connection(url, access);
    } catch (const StoreError& error) {
        if (error.kind() != StoreError::Kind::not_allowed) throw;
        throw daemon::UsageError(
            fmt::format("{}: correct the password in the URL, or in the file that PGPASSFILE or "
                        "passfile= names",
                        error.what()));
    }
}

void refuse_what_cannot_be_written(Connection& connection) {
    if (connection.text("SHOW transaction_read_only") != "on") return;
    throw daemon::UsageError(fmt::format(
        "{} may only be read, as a replica that follows another server: name the server "
        "that it follows, or both with target_session_attrs=read-write",
        connection.path()));
}

// What is acknowledged to a phone is deleted there.
void refuse_what_forgets(Connection& connection) {
    if (connection.text("SHOW synchronous_commit") != "off") return;
    throw daemon::UsageError(fmt::format(
        "{} has synchronous_commit = off: it says that a commit is done before it is on "
        "its disk, and a power cut would lose positions that phones have deleted. Set "
        "it to on for this database",
        connection.path()));
}

}  // namespace

Connection open_postgresql_for_moving(const std::string& url) {
    Connection connection = connect(url, Connection::Access::create);
    refuse_what_cannot_be_written(connection);
    refuse_what_forgets(connection);
    migrate_postgresql(connection);
    become_writer(connection, {});
    return connection;
}

Connection open_postgresql_for_writing(const std::string& url) {
    Connection connection = open_postgresql_for_moving(url);
    refuse_unfinished_copy(connection);
    return connection;
}

Connection open_postgresql_for_reading(const std::string& url) {
    Connection connection = connect(url, Connection::Access::read_only);
    require_current_postgresql(connection);
    refuse_unfinished_copy(connection);
    return connection;
}

}  // namespace waymark::tracker
