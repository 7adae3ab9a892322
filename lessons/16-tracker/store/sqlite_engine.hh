// SQLite behind a Connection, and its handle for what SQLite alone can do: checkpoints, the check
// for damage, copies.

#pragma once

#include <memory>
#include <string>

#include "store/connection.hh"

struct sqlite3;

namespace waymark::tracker {

// Throws StoreError.
std::unique_ptr<EngineConnection> open_sqlite(const std::string& path, Connection::Access access);

// Of a connection whose engine is SQLite.
sqlite3* sqlite_handle(const Connection& connection);

}  // namespace waymark::tracker
