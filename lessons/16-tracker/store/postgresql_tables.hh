// The words of postgresql_schema.cc: what makes the tables in PostgreSQL. Steps have the numbers of
// SQLite's versions; a step that was released is never changed.

#pragma once

#include <span>

#include "store/schema.hh"

namespace waymark::tracker {

std::span<const Migration> postgresql_migrations();

// Where the extension Citus is: after the first step.
extern const char* const kDistributeTables;

}  // namespace waymark::tracker
