#include "store/table_copy.hh"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "store/postgresql_partitions.hh"
#include "store/table_rows.hh"

namespace waymark::tracker {
namespace {

constexpr std::size_t kRowsOfTransaction = 4000;
constexpr std::size_t kBytesOfTransaction = std::size_t{4} * 1024 * 1024;
// A statement of many rows saves the ways to a server and back. Engines take some ten thousand
// parameters, and this is far below.
constexpr std::size_t kMostParameters = 4000;

std::size_t bytes_of(const MovedRow& row) {
    std::size_t bytes = 8 * row.size();
    for (const MovedValue& value : row)
        if (const std::string* const text = std::get_if<std::string>(&value)) bytes += text->size();
    return bytes;
}

// One whose value is NULL in the first row says nothing of its type by itself.
std::string parameter(const Connection& to, const MovedColumn& column, std::size_t index) {
    if (to.is_sqlite()) return fmt::format("?{}", index);
    const char* type = "bigint";
    if (column.kind == MovedColumn::Kind::text) type = "text";
    if (column.kind == MovedColumn::Kind::bytes) type = "bytea";
    return fmt::format("CAST(?{} AS {})", index, type);
}

class RowInserter {
  public:
    RowInserter(Connection& to, const MovedTable& table, std::int64_t writer)
        : to_(to),
          table_(table),
          partitions_(to),
          names_(table.column_names(table.columns.size())) {
        if (!table.has_writer || to.is_sqlite()) return;
        names_ += ", writer";
        writer_ = fmt::format(", {}", writer);
    }

    // In one transaction.
    void insert(std::span<const MovedRow> rows) {
        Transaction transaction(to_);
        if (table_.name == "fix")
            for (const MovedRow& row : rows) partitions_.require(std::get<std::int64_t>(row[1]));
        const std::size_t most = kMostParameters / table_.columns.size();
        while (!rows.empty()) {
            std::size_t count = 1;
            while (count * 4 <= std::min(rows.size(), most)) count *= 4;
            run(statement_of(count), rows.first(count));
            rows = rows.subspan(count);
        }
        transaction.commit();
    }

  private:
    Statement& statement_of(std::size_t rows) {
        const auto known = statements_.find(rows);
        if (known != statements_.end()) return known->second;
        std::string values;
        std::size_t index = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            values += row > 0 ? ", (" : "(";
            for (const MovedColumn& column : table_.columns) {
                const bool is_first = &column == &table_.columns.front();
                values += (is_first ? "" : ", ") + parameter(to_, column, ++index);
            }
            values += writer_ + ")";
        }
        Statement statement(to_, fmt::format("INSERT INTO {} ({}) VALUES {} ON CONFLICT DO NOTHING",
                                             table_.name, names_, values));
        return statements_.emplace(rows, std::move(statement)).first->second;
    }

    void run(Statement& statement, std::span<const MovedRow> rows) {
        int index = 0;
        for (const MovedRow& row : rows)
            for (std::size_t column = 0; column < row.size(); ++column)
                bind_value(statement, ++index, table_.columns[column], row[column]);
        statement.run();
    }

    Connection& to_;
    const MovedTable& table_;
    Partitions partitions_;
    std::string names_;
    std::string writer_;
    std::map<std::size_t, Statement> statements_;
};

}  // namespace

std::int64_t copy_table(Connection& from, Connection& to, const MovedTable& table,
                        std::int64_t writer, const CopyProgress& progress) {
    TableRows rows(from, table, last_row_of(to, table));
    RowInserter inserter(to, table, writer);
    std::vector<MovedRow> waiting;
    std::size_t bytes = 0;
    std::int64_t carried = 0;
    const auto carry = [&] {
        if (waiting.empty()) return;
        inserter.insert(waiting);
        carried += static_cast<std::int64_t>(waiting.size());
        waiting.clear();
        bytes = 0;
        progress(carried);
    };
    while (const MovedRow* const row = rows.next()) {
        waiting.push_back(*row);
        bytes += bytes_of(*row);
        if (waiting.size() >= kRowsOfTransaction || bytes >= kBytesOfTransaction) carry();
    }
    carry();
    return carried;
}

}  // namespace waymark::tracker
