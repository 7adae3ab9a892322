// Reads a whole table of any size in the order of its key, in bounded memory: page by page, each
// page from behind the last key (so no page is skipped or read twice, and the ten-thousandth costs
// what the first does, unlike OFFSET's).

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "store/moved_tables.hh"
#include "store/connection.hh"

namespace waymark::tracker {

// NULL, a number, or text and bytes.
using MovedValue = std::variant<std::monostate, std::int64_t, std::string>;
using MovedRow = std::vector<MovedValue>;

// Binds the value to a parameter; the row must live until the statement is reset.
void bind_value(Statement& statement, int index, const MovedColumn& column,
                const MovedValue& value);

class TableRows {
  public:
    // Begins behind the row `last`, of which the key counts; at the first row for nothing.
    TableRows(Connection& connection, const MovedTable& table,
              std::optional<MovedRow> last = std::nullopt);

    // The next row, which is valid until the next call; nullptr at the end. Throws StoreError.
    const MovedRow* next();

  private:
    void read_page();
    bool next_device();
    void take_page(Statement& statement);

    const MovedTable& table_;
    Statement first_, behind_;
    std::optional<Statement> devices_;    // of a table by devices
    std::optional<std::int64_t> device_;  // that is read
    std::optional<MovedRow> last_;        // of those that were read
    std::vector<MovedRow> page_;
    std::size_t at_ = 0;
    bool is_end_ = false;
};

// The row with the greatest key, nothing for an empty table.
std::optional<MovedRow> last_row_of(Connection& connection, const MovedTable& table);

}  // namespace waymark::tracker
