// The words of postgresql_schema.cc: what makes the tables in PostgreSQL. Steps have the numbers of
// SQLite's versions; what a step that was released comes to is never changed. Where an engine does
// each statement for itself (postgresql_schema.hh), a step may begin anew at any of them.

#pragma once

#include <span>

#include "store/schema.hh"

namespace waymark::tracker {

std::span<const Migration> postgresql_migrations();

// Where the extension Citus is: after the first step, in a transaction that has one connection to
// each node (EngineConnection::begin_words), or a key that refers to a reference table is refused
// behind the first distributed one (github.com/citusdata/citus, pull request 2237).
extern const char* const kDistributeTables;

}  // namespace waymark::tracker
