#include "store/postgresql_statement.hh"

#include <endian.h>
#include <fmt/core.h>

#include <charconv>
#include <cstring>
#include <utility>

#include "store/postgresql_words.hh"

namespace waymark::tracker {
namespace {

// Of the catalogue pg_type, and the same in all of them.
constexpr Oid kBytes = 17;
constexpr Oid kBigint = 20;
constexpr Oid kText = 25;

std::string_view text_of(const PGresult* result, int row, int column) {
    return {libpq::PQgetvalue(result, row, column),
            static_cast<std::size_t>(libpq::PQgetlength(result, row, column))};
}

int hex_value(char digit) {
    return digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

// "\x" and two digits for each byte (postgresql.org/docs/current/datatype-binary.html).
void decode_bytes(std::string_view words, std::string& bytes) {
    bytes.clear();
    if (!words.starts_with("\\x")) return;
    for (std::size_t at = 2; at + 1 < words.size(); at += 2)
        bytes += static_cast<char>(hex_value(words[at]) * 16 + hex_value(words[at + 1]));
}

// What changes nothing, or changes nothing yet.
bool can_be_repeated(std::string_view query) {
    return query.starts_with("SELECT") || query.starts_with("BEGIN");
}

// Runs `once`, and once more if the link was found lost: the server was started anew since the last
// use, or another one has taken its place.
template <typename Once>
void run_also_after_loss(const PostgresqlLink& link, std::string_view query, const Once& once) {
    const bool may_repeat = !link.is_in_transaction() && can_be_repeated(query);
    try {
        once();
    } catch (const StoreError& error) {
        if (!may_repeat || error.kind() != StoreError::Kind::unreachable) throw;
        if (link.handle() != nullptr) throw;
        once();
    }
}

}  // namespace

void PostgresqlSession::note_changes(PGresult* result) {
    const std::string_view status = result != nullptr ? libpq::PQcmdStatus(result) : "";
    if (!status.starts_with("INSERT") && !status.starts_with("UPDATE") &&
        !status.starts_with("DELETE"))
        return;
    const std::string_view count = libpq::PQcmdTuples(result);
    std::from_chars(count.data(), count.data() + count.size(), changed_rows);
}

void PostgresqlSession::execute(const char* statements) {
    PostgresqlResult result;
    run_also_after_loss(link, statements, [&] {
        link.require_ready();
        link.send([&](PGconn* connection) { return libpq::PQsendQuery(connection, statements); });
        result = link.last();
    });
    note_changes(result.get());
    // In a transaction that failed before, COMMIT is not refused but rolls back.
    if (std::string_view(statements).ends_with("COMMIT") &&
        std::string_view(libpq::PQcmdStatus(result.get())) == "ROLLBACK")
        throw StoreError(StoreError::Kind::other,
                         fmt::format("commit {}: a statement had failed before, and all of it was "
                                     "rolled back",
                                     link.shown()));
}

std::string PostgresqlSession::prepared(const std::string& query, const std::vector<Oid>& types) {
    if (std::exchange(generation_, link.generation()) != link.generation()) names_.clear();
    std::string key = query;
    for (const Oid type : types) key.append("\n").append(std::to_string(type));
    const auto known = names_.find(key);
    if (known != names_.end()) return known->second;
    if (names_.size() >= kMostPrepared) {
        execute("DEALLOCATE ALL");
        names_.clear();
    }
    const std::string name = fmt::format("waymark{}", ++last_name_);
    link.send([&](PGconn* connection) {
        return libpq::PQsendPrepare(connection, name.c_str(), query.c_str(),
                                    static_cast<int>(types.size()), types.data());
    });
    link.last();
    names_.emplace(std::move(key), name);
    return name;
}

PostgresqlStatement::PostgresqlStatement(PostgresqlSession& session, std::string_view query)
    : session_(session) {
    NumberedQuery numbered = number_parameters(query);
    query_ = std::move(numbered.text);
    parameters_.resize(static_cast<std::size_t>(numbered.parameters));
}

PostgresqlStatement::Parameter& PostgresqlStatement::parameter(int index) {
    if (index < 1 || static_cast<std::size_t>(index) > parameters_.size())
        throw StoreError(StoreError::Kind::other,
                         fmt::format("bind {}: the statement has no ?{}", query_, index));
    return parameters_[static_cast<std::size_t>(index) - 1];
}

void PostgresqlStatement::bind(int index, std::int64_t value) {
    Parameter& bound = parameter(index);
    const std::uint64_t sent = htobe64(static_cast<std::uint64_t>(value));
    std::memcpy(bound.number.data(), &sent, sizeof(sent));
    bound.type = kBigint;
    bound.is_null = false;
    bound.bytes = {bound.number.data(), bound.number.size()};
}

void PostgresqlStatement::bind_text(int index, std::string_view text) {
    Parameter& bound = parameter(index);
    bound.type = kText;
    bound.is_null = false;
    bound.bytes = text;
    if (is_stored_text(text)) return;
    bound.corrected = as_stored_text(text);
    bound.bytes = bound.corrected;
}

void PostgresqlStatement::bind_bytes(int index, std::string_view bytes) {
    Parameter& bound = parameter(index);
    bound.type = kBytes;
    bound.is_null = false;
    bound.bytes = bytes;
}

void PostgresqlStatement::bind_nothing(int index) {
    parameter(index).is_null = true;
}

// Parameters are sent as the server has them in memory ("binary"): whole numbers need not be read
// there, and bytes not be quoted.
void PostgresqlStatement::send() {
    session_.link.require_ready();
    std::vector<Oid> types;
    std::vector<const char*> values;
    std::vector<int> lengths;
    const std::vector<int> formats(parameters_.size(), 1);
    for (const Parameter& bound : parameters_) {
        types.push_back(bound.type);
        // A null pointer is NULL, also with length 0.
        const char* const data = bound.bytes.empty() ? "" : bound.bytes.data();
        values.push_back(bound.is_null ? nullptr : data);
        lengths.push_back(static_cast<int>(bound.bytes.size()));
    }
    const std::string name = session_.prepared(query_, types);
    session_.link.send([&](PGconn* connection) {
        return libpq::PQsendQueryPrepared(connection, name.c_str(), static_cast<int>(values.size()),
                                          values.data(), lengths.data(), formats.data(), 0);
    });
}

void PostgresqlStatement::begin() {
    run_also_after_loss(session_.link, query_, [&] {
        send();
        row_ = -1;
        if (is_row_by_row_) {
            libpq::PQsetSingleRowMode(session_.link.handle());
            result_ = session_.link.next();
        } else {
            result_ = session_.link.last();
        }
    });
    session_.note_changes(result_.get());
    is_begun_ = true;
}

bool PostgresqlStatement::next_row() {
    if (++row_ < libpq::PQntuples(result_.get())) return true;
    if (!is_row_by_row_ || !result_) return false;
    // A row comes as a result with one; behind the last one is a result without rows.
    result_ = session_.link.next();
    row_ = 0;
    if (result_ && libpq::PQntuples(result_.get()) > 0) return true;
    session_.link.last();
    result_.reset();
    return false;
}

bool PostgresqlStatement::step() {
    try {
        if (!is_begun_) begin();
        return next_row();
    } catch (const StoreError&) {
        reset();
        throw;
    }
}

void PostgresqlStatement::reset() noexcept {
    if (is_begun_ && is_row_by_row_ && result_) session_.link.forget_rest();
    is_begun_ = false;
    result_.reset();
}

bool PostgresqlStatement::is_null(int column) const {
    return libpq::PQgetisnull(result_.get(), row_, column) == 1;
}

std::int64_t PostgresqlStatement::integer(int column) const {
    const std::string_view words = text_of(result_.get(), row_, column);
    if (words == "t") return 1;
    std::int64_t value = 0;
    std::from_chars(words.data(), words.data() + words.size(), value);
    return value;
}

std::string_view PostgresqlStatement::text(int column) const {
    const std::string_view words = text_of(result_.get(), row_, column);
    if (libpq::PQftype(result_.get(), column) != kBytes) return words;
    const std::size_t place = static_cast<std::size_t>(column);
    // All at once: what is moved later would be moved away from under whoever reads it.
    if (decoded_.size() <= place)
        decoded_.resize(static_cast<std::size_t>(libpq::PQnfields(result_.get())));
    decode_bytes(words, decoded_[place]);
    return decoded_[place];
}

}  // namespace waymark::tracker
