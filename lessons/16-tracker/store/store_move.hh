// Carries everything from one database to another, of another engine: `tracker migrate-store`.
//
// Whoever is killed begins again and goes on: the rows are carried in the order of their keys, so
// the greatest key that is there says where it was. Until all rows of both were compared, the
// target has a table `moved_from`, and no server opens it: one that began on half of the devices
// would refuse the phones of the other half.
//
// The numbers of rows stay, and none is given out twice: the target counts on from behind the
// greatest that the source has ever given. So do the sequences of commits.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "store/moved_tables.hh"
#include "store/connection.hh"
#include "store/table_comparison.hh"

namespace waymark::tracker {

// What is there before anything is carried.
enum class MoveTarget {
    empty,
    begun,    // by an earlier run from the same source
    foreign,  // begun from another source
    filled,   // rows of its own
};
MoveTarget look_at_target(Connection& to, std::string_view source);

// Marks an empty target, so that nobody takes a part for the whole. `source` is remembered.
void mark_as_begun(Connection& to, std::string_view source);
// And not any more.
void mark_as_whole(Connection& to);
// Whether a database is marked so.
bool is_begun_copy(Connection& connection);

using MoveProgress =
    std::function<void(const MovedTable& table, std::int64_t rows, bool is_comparison)>;

// Carries what is not there. `writer` is the number of the tracker that wrote the source, for a
// target that keeps it. Throws StoreError; to be called again then.
void carry_rows(Connection& from, Connection& to, std::int64_t writer,
                const MoveProgress& progress);

// From where the target counts on: numbers of rows, and commits.
void carry_counters(Connection& from, Connection& to, std::int64_t writer);

// All tables, those behind a difference too.
std::vector<TableComparison> compare_stores(Connection& from, Connection& to,
                                            const MoveProgress& progress);

}  // namespace waymark::tracker
