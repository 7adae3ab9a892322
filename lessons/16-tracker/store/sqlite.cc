#include "store/sqlite.hh"

#include <fmt/core.h>
#include <sqlite3.h>

#include <utility>

namespace waymark::tracker {

bool StoreError::may_pass() const {
    const int primary = code_ & 0xFF;
    return primary == SQLITE_FULL || primary == SQLITE_IOERR || primary == SQLITE_BUSY ||
           primary == SQLITE_LOCKED || primary == SQLITE_NOMEM || primary == SQLITE_READONLY ||
           primary == SQLITE_CANTOPEN;
}

bool StoreError::is_damage() const {
    const int primary = code_ & 0xFF;
    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

Connection::Connection(const std::string& path, Access access) : path_(path) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (access == Access::create) flags |= SQLITE_OPEN_CREATE;
    const int code = ::sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr);
    if (code == SQLITE_OK) return;
    // Also after a failure there is a handle, which knows the reason and must be closed.
    const StoreError error(code, fmt::format("open {}: {}", path, ::sqlite3_errmsg(handle_)));
    close();
    throw error;
}

Connection::Connection(Connection&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), path_(std::move(other.path_)) {}

Connection& Connection::operator=(Connection&& other) noexcept {
    if (this != &other) {
        close();
        handle_ = std::exchange(other.handle_, nullptr);
        path_ = std::move(other.path_);
    }
    return *this;
}

Connection::~Connection() {
    close();
}

void Connection::close() {
    // v2 waits for statements that are finalized later; it never fails on an open one.
    ::sqlite3_close_v2(std::exchange(handle_, nullptr));
}

void Connection::fail(int code, std::string_view action) const {
    throw StoreError(code, fmt::format("{} {}: {}", action, path_, ::sqlite3_errmsg(handle_)));
}

void Connection::execute(const char* statements) {
    const int code = ::sqlite3_exec(handle_, statements, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code, "write");
}

std::int64_t Connection::number(const char* query) {
    Statement statement(*this, query);
    return statement.step() ? statement.integer(0) : 0;
}

std::string Connection::text(const char* query) {
    Statement statement(*this, query);
    return statement.step() ? std::string(statement.text(0)) : std::string();
}

void Connection::set_busy_timeout(std::chrono::milliseconds time) {
    ::sqlite3_busy_timeout(handle_, static_cast<int>(time.count()));
}

std::int64_t Connection::changed_rows() const {
    return ::sqlite3_changes64(handle_);
}

std::int64_t Connection::last_row() const {
    return ::sqlite3_last_insert_rowid(handle_);
}

Statement::Statement(Connection& connection, std::string_view query) : connection_(&connection) {
    const int code =
        ::sqlite3_prepare_v3(connection.handle(), query.data(), static_cast<int>(query.size()),
                             SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
    if (code != SQLITE_OK) connection.fail(code, "read");
}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_), handle_(std::exchange(other.handle_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
    if (this != &other) {
        ::sqlite3_finalize(handle_);
        connection_ = other.connection_;
        handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
}

Statement::~Statement() {
    ::sqlite3_finalize(handle_);
}

void Statement::bind(int index, std::int64_t value) {
    const int code = ::sqlite3_bind_int64(handle_, index, value);
    if (code != SQLITE_OK) connection_->fail(code, "bind");
}

void Statement::bind_text(int index, std::string_view text) {
    // A null pointer would be NULL, also with length 0.
    const char* const data = text.empty() ? "" : text.data();
    const int code =
        ::sqlite3_bind_text(handle_, index, data, static_cast<int>(text.size()), SQLITE_STATIC);
    if (code != SQLITE_OK) connection_->fail(code, "bind");
}

void Statement::bind_bytes(int index, std::string_view bytes) {
    const char* const data = bytes.empty() ? "" : bytes.data();
    const int code =
        ::sqlite3_bind_blob(handle_, index, data, static_cast<int>(bytes.size()), SQLITE_STATIC);
    if (code != SQLITE_OK) connection_->fail(code, "bind");
}

void Statement::bind_nothing(int index) {
    const int code = ::sqlite3_bind_null(handle_, index);
    if (code != SQLITE_OK) connection_->fail(code, "bind");
}

void Statement::bind_if(int index, std::optional<std::int64_t> value) {
    if (value)
        bind(index, *value);
    else
        bind_nothing(index);
}

bool Statement::step() {
    const int code = ::sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    const StoreError error(code, fmt::format("use {}: {}", connection_->path(),
                                             ::sqlite3_errmsg(connection_->handle())));
    reset();
    throw error;
}

void Statement::run() {
    while (step()) {
    }
    reset();
}

void Statement::reset() {
    // Its code repeats the failure of the last step, which step() has thrown already.
    ::sqlite3_reset(handle_);
}

bool Statement::is_null(int column) const {
    return ::sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
    return ::sqlite3_column_int64(handle_, column);
}

std::optional<std::int64_t> Statement::integer_if(int column) const {
    if (is_null(column)) return std::nullopt;
    return integer(column);
}

std::string_view Statement::text(int column) const {
    const void* const data = ::sqlite3_column_blob(handle_, column);
    const int size = ::sqlite3_column_bytes(handle_, column);
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

Transaction::Transaction(Connection& connection)
    : connection_(&connection), is_part_(::sqlite3_get_autocommit(connection.handle()) == 0) {
    connection.execute(is_part_ ? "SAVEPOINT part" : "BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    if (connection_ == nullptr) return;
    // After some errors SQLite has rolled back by itself; then this one fails, and that is fine.
    ::sqlite3_exec(connection_->handle(), is_part_ ? "ROLLBACK TO part; RELEASE part" : "ROLLBACK",
                   nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    connection_->execute(is_part_ ? "RELEASE part" : "COMMIT");
    connection_ = nullptr;
}

}  // namespace waymark::tracker
