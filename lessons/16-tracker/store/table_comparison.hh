// Whether two databases have the same rows in a table: each row of both is read, in the order of
// the key, and compared column by column.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "store/moved_tables.hh"
#include "store/connection.hh"

namespace waymark::tracker {

struct TableComparison {
    std::int64_t rows = 0;   // that are the same in both
    std::string digest;      // of these, in hexadecimal; another engine's rows have the same
    std::string difference;  // the first that was found, or ""; it names the row by its key
};

// Ends at the first difference. Told now and then how many rows were compared. Throws StoreError.
TableComparison compare_table(Connection& from, Connection& to, const MovedTable& table,
                              const std::function<void(std::int64_t)>& progress);

}  // namespace waymark::tracker
