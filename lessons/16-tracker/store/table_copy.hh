// Carries the rows of one table from one database to another: in the order of the key and in
// transactions of some thousand rows, so that whoever is killed goes on behind the last key that is
// there. A row that is there stays as it is.

#pragma once

#include <cstdint>
#include <functional>

#include "store/moved_tables.hh"
#include "store/connection.hh"

namespace waymark::tracker {

// Told after each transaction: how many rows of this table it and those before have carried.
using CopyProgress = std::function<void(std::int64_t rows)>;

// `writer` is who wrote the rows, where the target keeps that. The number of rows that were
// carried; those that were there before are not counted. Throws StoreError; what was told is there.
std::int64_t copy_table(Connection& from, Connection& to, const MovedTable& table,
                        std::int64_t writer, const CopyProgress& progress);

}  // namespace waymark::tracker
