// How points come into quarantine: each once, however often it is repeated, and those of a message
// by one statement where each statement is an answer of another machine to wait for (PostgreSQL).

#pragma once

#include <span>

#include "fix.hh"
#include "store/connection.hh"
#include "store/store.hh"

namespace waymark::tracker {

// Part of a transaction that the caller holds. Says of each point in `added` what became of it.
// Throws StoreError.
void insert_quarantined(Connection& connection, std::span<const Quarantined> points, UnixMillis now,
                        Added* added);

}  // namespace waymark::tracker
