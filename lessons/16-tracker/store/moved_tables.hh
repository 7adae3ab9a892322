// All tables that hold what people and phones have given, with their columns: what is carried from
// one database to another, of another engine (store/store_move.hh). A table that is forgotten here
// is lost on the way, so the test compares this list with the schema.
//
// Not in it: what each engine counts for itself (sqlite_sequence, last_commit; the numbers of rows
// and the writers in PostgreSQL). Those are set at the end.

#pragma once

#include <span>
#include <string>
#include <vector>

#include "store/connection.hh"

namespace waymark::tracker {

struct MovedColumn {
    enum class Kind { integer, text, bytes };
    std::string name;
    Kind kind = Kind::integer;
};

struct MovedTable {
    std::string name;
    std::vector<MovedColumn> columns;  // those of the primary key first
    int key_columns = 1;
    // A table of fixes: read device by device, so that a database that spreads devices over
    // machines finds each page at one place, and needs no order of all.
    bool is_by_device = false;
    // In PostgreSQL a row says besides which tracker wrote it.
    bool has_writer = false;
    // So that a page of the longest rows still fits into some megabytes.
    int rows_of_page = 1000;

    // "a, b, c" of the first `count` columns.
    std::string column_names(std::size_t count) const;
};

// Each table behind those that it refers to.
const std::vector<MovedTable>& moved_tables();

}  // namespace waymark::tracker
