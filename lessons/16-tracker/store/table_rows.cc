#include "store/table_rows.hh"

#include <fmt/core.h>

#include <utility>

#include "protocols/extras.hh"

namespace waymark::tracker {
namespace {

constexpr const char* kPlace = "writer, sequence, device, time_ms, latitude_e7, longitude_e7";

// Of several trackers on one database each has its own place in what is sent to a destination, and
// so has what commands stored ({0}). One that goes on alone begins at the least of those behind
// which something waits ({1}): what was sent is sent again, and known there. Where nothing waits,
// at the greatest.
constexpr const char* kForwardingOfAll =
    "(SELECT place.destination, place.sequence, place.device, place.time_ms, place.latitude_e7, "
    "place.longitude_e7, (SELECT CAST(sum(sent) AS bigint) FROM forwarding WHERE destination = "
    "place.destination) AS sent, (SELECT CAST(sum(refused) AS bigint) FROM forwarding WHERE "
    "destination = place.destination) AS refused, place.last_refusal, place.last_refusal_ms "
    "FROM forwarding AS place WHERE place.writer = (SELECT one.writer FROM (SELECT destination, "
    "writer, sequence, writer = {0} AS is_commands, {1} AS waits FROM forwarding) AS one WHERE "
    "one.destination = place.destination ORDER BY one.waits DESC, CASE WHEN one.waits THEN "
    "one.sequence ELSE - one.sequence END, one.is_commands, one.writer LIMIT 1)) AS forwarding";

// The places behind which there is a fix, as a condition.
std::string waiting_places(Connection& connection) {
    std::string waiting;
    Statement places(connection, fmt::format("SELECT DISTINCT {} FROM forwarding", kPlace));
    Statement behind(connection,
                     "SELECT 1 FROM fix WHERE writer = ?1 AND (sequence, device, time_ms, "
                     "latitude_e7, longitude_e7) > (?2, ?3, ?4, ?5, ?6) LIMIT 1");
    while (places.step()) {
        std::string place;
        for (int column = 0; column < 6; ++column) {
            behind.bind(column + 1, places.integer(column));
            place += fmt::format("{}{}", column == 0 ? "" : ", ", places.integer(column));
        }
        if (behind.step()) waiting += fmt::format("{}({})", waiting.empty() ? "" : ", ", place);
        behind.reset();
    }
    return waiting.empty() ? "1 = 0" : fmt::format("({}) IN ({})", kPlace, waiting);
}

std::string source_of(Connection& connection, const MovedTable& table) {
    if (table.name != "forwarding" || connection.is_sqlite()) return table.name;
    const std::int64_t commands =
        connection.number("SELECT number FROM writer WHERE name = 'command'");
    return fmt::format(kForwardingOfAll, commands, waiting_places(connection));
}

// The columns by which rows are put in order: of a table by devices, those behind the device.
std::string order_of(const MovedTable& table, const char* after_each = "") {
    std::string order;
    for (int i = table.is_by_device ? 1 : 0; i < table.key_columns; ++i)
        order += fmt::format("{}{}{}", order.empty() ? "" : ", ",
                             table.columns[static_cast<std::size_t>(i)].name, after_each);
    return order;
}

std::string select_page(Connection& connection, const MovedTable& table, const std::string& where) {
    return fmt::format("SELECT {} FROM {}{} ORDER BY {} LIMIT {}",
                       table.column_names(table.columns.size()), source_of(connection, table),
                       where, order_of(table), table.rows_of_page);
}

std::string first_page(Connection& connection, const MovedTable& table) {
    return select_page(connection, table, table.is_by_device ? " WHERE device = ?1" : "");
}

// The first comparison says nothing that the second does not, but a database that has a piece of
// the table for each month can leave out those before.
std::string page_behind(Connection& connection, const MovedTable& table) {
    std::string parameters;
    const int first = table.is_by_device ? 2 : 1;
    for (int i = first; i <= table.key_columns; ++i)
        parameters += fmt::format("{}?{}", i == first ? "" : ", ", i);
    const std::string behind = fmt::format("({}) > ({})", order_of(table), parameters);
    return select_page(connection, table,
                       table.is_by_device ? " WHERE device = ?1 AND time_ms >= ?2 AND " + behind
                                          : " WHERE " + behind);
}

// PostgreSQL takes no text with a byte that is not UTF-8, or with a zero byte. SQLite does, and may
// have got one from a phone: here it is U+FFFD, also where two databases are compared.
std::string readable(std::string_view text) {
    if (text.find('\0') == std::string_view::npos && is_utf8(text)) return std::string(text);
    std::string without_zero;
    for (const char byte : text)
        without_zero += byte == '\0' ? std::string("\xEF\xBF\xBD") : std::string(1, byte);
    std::string clean;
    append_as_utf8(clean, without_zero);
    return clean;
}

MovedValue value_of(const Statement& statement, int column, MovedColumn::Kind kind) {
    if (statement.is_null(column)) return std::monostate();
    if (kind == MovedColumn::Kind::integer) return statement.integer(column);
    if (kind == MovedColumn::Kind::text) return readable(statement.text(column));
    return std::string(statement.text(column));
}

MovedRow row_of(const Statement& statement, const MovedTable& table, std::size_t columns) {
    MovedRow row;
    row.reserve(columns);
    for (std::size_t i = 0; i < columns; ++i)
        row.push_back(value_of(statement, static_cast<int>(i), table.columns[i].kind));
    return row;
}

}  // namespace

void bind_value(Statement& statement, int index, const MovedColumn& column,
                const MovedValue& value) {
    if (const std::int64_t* const number = std::get_if<std::int64_t>(&value)) {
        statement.bind(index, *number);
        return;
    }
    const std::string* const text = std::get_if<std::string>(&value);
    if (text == nullptr)
        statement.bind_nothing(index);
    else if (column.kind == MovedColumn::Kind::text)
        statement.bind_text(index, *text);
    else
        statement.bind_bytes(index, *text);
}

TableRows::TableRows(Connection& connection, const MovedTable& table, std::optional<MovedRow> last)
    : table_(table),
      first_(connection, first_page(connection, table)),
      behind_(connection, page_behind(connection, table)),
      last_(std::move(last)) {
    if (!table.is_by_device) return;
    devices_.emplace(connection,
                     "SELECT number FROM device WHERE number > ?1 ORDER BY number LIMIT 1");
    if (last_) device_ = std::get<std::int64_t>(last_->front());
}

// False behind the last one.
bool TableRows::next_device() {
    devices_->bind(1, device_.value_or(-1));
    const bool is_there = devices_->step();
    if (is_there) device_ = devices_->integer(0);
    devices_->reset();
    last_.reset();
    return is_there;
}

void TableRows::take_page(Statement& statement) {
    page_.clear();
    at_ = 0;
    while (statement.step()) page_.push_back(row_of(statement, table_, table_.columns.size()));
    statement.reset();
}

// Of this device, if the table is read by devices.
void TableRows::read_page() {
    Statement& statement = last_ ? behind_ : first_;
    if (last_)
        for (int i = 0; i < table_.key_columns; ++i) {
            const std::size_t column = static_cast<std::size_t>(i);
            bind_value(statement, i + 1, table_.columns[column], (*last_)[column]);
        }
    else if (device_)
        statement.bind(1, *device_);
    take_page(statement);
    if (!page_.empty()) last_ = page_.back();
}

const MovedRow* TableRows::next() {
    if (at_ < page_.size()) return &page_[at_++];
    if (is_end_ || (devices_ && !device_ && !next_device())) return nullptr;
    read_page();
    while (page_.empty() && devices_ && next_device()) read_page();
    is_end_ = page_.empty();
    return is_end_ ? nullptr : &page_[at_++];
}

std::optional<MovedRow> last_row_of(Connection& connection, const MovedTable& table) {
    const std::size_t columns = static_cast<std::size_t>(table.key_columns);
    const std::string order =
        table.is_by_device ? "device DESC, " + order_of(table, " DESC") : order_of(table, " DESC");
    Statement last(connection, fmt::format("SELECT {} FROM {} ORDER BY {} LIMIT 1",
                                           table.column_names(columns), table.name, order));
    std::optional<MovedRow> row;
    if (last.step()) row = row_of(last, table, columns);
    last.reset();
    return row;
}

}  // namespace waymark::tracker
