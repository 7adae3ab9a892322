// The tables in PostgreSQL, and in the distributed databases that speak as it does. They have the
// names and columns that they have in SQLite (migrations.cc), and these differences:
//
// - Numbers come from the writer (Connection::new_number), never from a sequence that all share.
// - `fix` is cut into a partition for each month (postgresql_partitions.hh), its key begins with
//   the device, so that a distributed database spreads it, and it says who stored the row
//   (`writer`). It has no foreign key, which would lock the device's row once for each fix: whoever
//   stores looks up the device, and removing one deletes its fixes step by step.
// - Tables of its own: `writer`, `small_number` (32-bit numbers of devices, accounts and writers),
//   `change_lock` (one change by people at a time), `waymark_schema` (the version).
//
// What each kind of statement needs of an engine, by their documents:
// - PRIMARY KEY, UNIQUE, REFERENCES ... ON DELETE CASCADE, CHECK, bigint, text, bytea: all take
//   them. In Citus `fix`, `hidden_fix` and `deleted_fix` are distributed by `device`, which every
//   key of theirs begins with; the rest are reference tables, to which a foreign key is allowed.
// - PARTITION BY RANGE: PostgreSQL, Citus and YugabyteDB; CockroachDB gets a plain table, whose
//   ranges it splits by itself.
// - CREATE TABLE and its kin within a transaction: PostgreSQL and Citus. YugabyteDB does each by
//   itself (docs.yugabyte.com, "Transactional DDL"), CockroachDB refuses them in a transaction that
//   is READ COMMITTED, or ends it before each (cockroachlabs.com/docs, "Read Committed
//   Transactions", "Online Schema Changes"). There the statements are given one by one, and a start
//   that was cut off in the middle is gone on with.
// - COLLATE "C" orders by bytes, whatever the database's default is; CockroachDB orders so anyway,
//   and a collation would make another type of the column there, so it is left out.
//
// Only PostgreSQL itself is tested here, under their names too: it then gets what they get.

#pragma once

#include <string_view>

#include "store/connection.hh"

namespace waymark::tracker {

enum class Dialect { postgresql, citus, yugabytedb, cockroachdb };

// Asks the server.
Dialect dialect_of(Connection& connection);
// By what its version() says.
Dialect dialect_by_version(std::string_view version, bool has_citus);

// In the first schema of the search path, where ours are made.
bool has_table(Connection& connection, std::string_view name);

// Makes the tables, or brings those of an older version up to date; each step is done whole or not
// at all, or where that is impossible, goes on at the next start. Throws UsageError if the database
// is another program's, or that of a newer version.
void migrate_postgresql(Connection& connection);

// Throws UsageError unless the tables have today's version: for those who only read.
void require_current_postgresql(Connection& connection);

// Throws UsageError while a copy from another database is not complete (`tracker migrate-store`).
void refuse_unfinished_copy(Connection& connection);

}  // namespace waymark::tracker
