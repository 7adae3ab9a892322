#include "store/forwarding.hh"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "store/fix_row.hh"
#include "store/sequence.hh"
#include "store/writer.hh"

namespace waymark::tracker {
namespace {

constexpr std::string_view kIndex = "fix_behind_";
// All of the key, so that a place within a large commit is found at once.
constexpr std::string_view kOrder = "sequence, device, time_ms, latitude_e7, longitude_e7";
constexpr std::string_view kCalled =
    "(SELECT coalesce((SELECT min(text) FROM identifier WHERE identifier.device = device.number), "
    "device.name) FROM device WHERE device.number = fix.device AND removed_ms IS NULL)";
constexpr int kColumnsOfFix = 13;
constexpr std::int64_t kLongAgo = 250'000;  // commits

std::int64_t digits_to_number(std::string_view digits) {
    std::int64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

FixPlace read_place(const Statement& statement, int first) {
    return {statement.integer(first), static_cast<DeviceNumber>(statement.integer(first + 1)),
            statement.integer(first + 2), static_cast<std::int32_t>(statement.integer(first + 3)),
            static_cast<std::int32_t>(statement.integer(first + 4))};
}

void bind_place(Statement& statement, int first, const FixPlace& place) {
    statement.bind(first, place.sequence);
    statement.bind(first + 1, place.device);
    statement.bind(first + 2, place.time_ms);
    statement.bind(first + 3, place.latitude_e7);
    statement.bind(first + 4, place.longitude_e7);
}

}  // namespace

FixPlace place_of(const Fix& fix, std::int64_t sequence, std::int64_t writer) {
    return {sequence, fix.device, fix.time_ms, fix.latitude_e7, fix.longitude_e7, writer};
}

void Forwarding::keep(std::vector<std::string> destinations) {
    // Two trackers that begin at once wait for each other's rows in one order.
    std::sort(destinations.begin(), destinations.end());
    Transaction transaction(connection_);
    // Before the first fix of the next commit: a device's number is not 0.
    const FixPlace now{.sequence = next_sequence(connection_), .writer = own_writer(connection_)};
    std::optional<std::int64_t> begin;
    for (const std::string& destination : destinations) {
        const bool is_new = add(destination, now);
        if (!connection_.is_sqlite()) add_commands(destination, is_new);
        const std::int64_t before = state(destination)->place.sequence - 1;
        begin = std::min(begin.value_or(before), before);
    }
    if (connection_.is_sqlite()) keep_index(begin);
    transaction.commit();
}

// Behind what commands have stored; one that is within a transaction has a later place, and need
// not be waited for. Of a destination that came here with the rows of a file (store/store_move.hh)
// nothing that commands have stored since was sent.
void Forwarding::add_commands(const std::string& destination, bool is_new) {
    const std::int64_t writer = command_writer(connection_);
    Statement query(connection_, "SELECT sequence FROM writer WHERE number = ?1");
    query.bind(1, writer);
    const std::int64_t newest = is_new && query.step() ? query.integer(0) : 0;
    query.reset();
    add(destination, {.sequence = newest + 1, .writer = writer});
}

// False for one that is there: it keeps its place.
bool Forwarding::add(const std::string& destination, const FixPlace& place) {
    const bool has_writers = !connection_.is_sqlite();
    Statement insert(connection_,
                     fmt::format("INSERT INTO forwarding (destination, {}{}) VALUES (?6, {}?1, ?2, "
                                 "?3, ?4, ?5) ON CONFLICT DO NOTHING",
                                 has_writers ? "writer, " : "", kOrder, has_writers ? "?7, " : ""));
    bind_place(insert, 1, place);
    insert.bind_text(6, destination);
    if (has_writers) insert.bind(7, place.writer);
    insert.run();
    return connection_.changed_rows() > 0;
}

// Whose fixes this tracker may send on.
std::vector<std::int64_t> Forwarding::own_writers() {
    std::vector<std::int64_t> writers{own_writer(connection_)};
    if (!connection_.is_sqlite()) writers.push_back(command_writer(connection_));
    return writers;
}

// What else a question says where there are several writers.
std::string Forwarding::of_writer(std::int64_t writer) const {
    return connection_.is_sqlite() ? std::string() : fmt::format(" AND writer = {}", writer);
}

void Forwarding::keep_index(std::optional<std::int64_t> begin) {
    const std::optional<std::int64_t> has = index_begin();
    const bool is_enough = has && begin && *has <= *begin && *begin - *has < kLongAgo;
    if (!is_enough && (has || begin)) rebuild_index(begin);
}

// Behind which commit the index begins.
std::optional<std::int64_t> Forwarding::index_begin() {
    Statement query(connection_,
                    "SELECT name FROM sqlite_schema WHERE type = 'index' AND name GLOB ?1");
    const std::string pattern = fmt::format("{}*", kIndex);
    query.bind_text(1, pattern);
    if (!query.step()) return std::nullopt;
    return digits_to_number(query.text(0).substr(kIndex.size()));
}

void Forwarding::rebuild_index(std::optional<std::int64_t> begin) {
    if (const std::optional<std::int64_t> old = index_begin())
        connection_.execute(fmt::format("DROP INDEX {}{}", kIndex, *old).c_str());
    if (!begin) return;
    connection_.execute(fmt::format("CREATE INDEX {}{} ON fix ({}) WHERE sequence > {}", kIndex,
                                    *begin, kOrder, *begin)
                            .c_str());
}

// What lies behind the destination's place. SQLite takes a partial index only where the condition
// of the index stands in the question as well (sqlite.org/partialindex.html, section 3.1); likely()
// keeps it from beginning there, and reading all that was sent long ago.
Statement Forwarding::behind(std::string_view columns, std::string_view destination,
                             std::int64_t writer, std::string_view end) {
    const std::optional<State> known = state(destination, writer);
    const auto begin = connection_.is_sqlite() ? index_begin() : std::optional<std::int64_t>(0);
    if (!begin || !known) throw std::logic_error("this destination is not kept");
    std::string index, condition = of_writer(writer);
    if (connection_.is_sqlite()) {
        index = fmt::format("INDEXED BY {}{}", kIndex, *begin);
        condition = fmt::format(" AND likely(sequence > {})", *begin);
    }
    Statement query(connection_,
                    fmt::format("SELECT {} FROM fix {} WHERE ({}) > (?1, ?2, ?3, ?4, ?5){} {}",
                                columns, index, kOrder, condition, end));
    bind_place(query, 1, known->place);
    return query;
}

std::vector<FixToSend> Forwarding::next(std::string_view destination) {
    return next(destination, own_writer(connection_));
}

std::vector<FixToSend> Forwarding::next(std::string_view destination, std::int64_t writer) {
    Statement query = behind(fmt::format("{}, {}", kFixColumns, kCalled), destination, writer,
                             fmt::format("ORDER BY {} LIMIT {}", kOrder, kAtOnce));
    std::vector<FixToSend> fixes;
    StoredFix stored;
    while (query.step()) {
        read_fix_row(query, stored);
        fixes.push_back({place_of(stored.fix, stored.sequence, writer), std::move(stored.fix),
                         std::string(query.text(kColumnsOfFix))});
    }
    return fixes;
}

std::int64_t Forwarding::waiting(std::string_view destination, std::int64_t most) {
    std::int64_t count = 0;
    for (const std::int64_t writer : own_writers()) {
        Statement query = behind("count(*) FROM (SELECT 1", destination, writer,
                                 fmt::format("LIMIT {}) AS counted", most));
        if (query.step()) count += query.integer(0);
    }
    return std::min(count, most);
}

// The counts are the tracker's, whoever has stored what it sent.
void Forwarding::note(std::string_view destination, const Progress& progress, UnixMillis now) {
    const std::vector<std::int64_t> writers = own_writers();
    const bool is_ours = std::ranges::find(writers, progress.place.writer) != writers.end();
    if (!is_ours) return;
    Statement count(connection_,
                    "UPDATE forwarding SET sent = sent + ?2, refused = refused + ?3, "
                    "last_refusal = CASE WHEN ?3 > 0 THEN ?4 ELSE last_refusal END, "
                    "last_refusal_ms = CASE WHEN ?3 > 0 THEN ?5 ELSE last_refusal_ms END WHERE "
                    "destination = ?1" +
                        of_writer(own_writer(connection_)));
    count.bind_text(1, destination);
    count.bind(2, progress.sent);
    count.bind(3, progress.refused);
    count.bind_text(4, progress.refusal);
    count.bind(5, now);
    count.run();
    note_place(destination, progress.place);
    if (progress.place.writer != own_writer(connection_)) extend_claim(destination, now);
}

void Forwarding::note_place(std::string_view destination, const FixPlace& place) {
    Statement move(connection_,
                   fmt::format("UPDATE forwarding SET ({0}) = (?1, ?2, ?3, ?4, ?5) WHERE "
                               "destination = ?6 AND ({0}) < (?1, ?2, ?3, ?4, ?5){1}",
                               kOrder, of_writer(place.writer)));
    bind_place(move, 1, place);
    move.bind_text(6, destination);
    move.run();
}

std::optional<Forwarding::State> Forwarding::state(std::string_view destination) {
    return state(destination, own_writer(connection_));
}

std::optional<Forwarding::State> Forwarding::state(std::string_view destination,
                                                   std::int64_t writer) {
    Statement query(connection_, fmt::format("SELECT {}, sent, refused, last_refusal, "
                                             "last_refusal_ms FROM forwarding WHERE "
                                             "destination = ?1{}",
                                             kOrder, of_writer(writer)));
    query.bind_text(1, destination);
    if (!query.step()) return std::nullopt;
    State state;
    state.destination = destination;
    state.place = read_place(query, 0);
    state.place.writer = writer;
    state.sent = query.integer(5);
    state.refused = query.integer(6);
    state.last_refusal = query.text(7);
    state.last_refusal_ms = query.integer_if(8);
    return state;
}

}  // namespace waymark::tracker
