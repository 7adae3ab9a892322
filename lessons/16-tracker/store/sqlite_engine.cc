#include "store/sqlite_engine.hh"

#include <fmt/core.h>
#include <sqlite3.h>

#include <utility>

namespace waymark::tracker {
namespace {

// `code` is an extended result code (sqlite.org/rescode.html).
StoreError::Kind kind_of(int code) {
    using Kind = StoreError::Kind;
    switch (code) {
        case SQLITE_IOERR_WRITE:
            return Kind::no_room;
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            return Kind::refers_to_nothing;
        case SQLITE_CONSTRAINT_UNIQUE:
            return Kind::not_unique;
        case SQLITE_CONSTRAINT_PRIMARYKEY:
            return Kind::not_unique;
    }
    switch (code & 0xFF) {
        case SQLITE_BUSY:
            return Kind::busy;
        case SQLITE_LOCKED:
            return Kind::busy;
        case SQLITE_FULL:
            return Kind::no_room;
        case SQLITE_IOERR:
            return Kind::failing;
        case SQLITE_NOMEM:
            return Kind::failing;
        case SQLITE_READONLY:
            return Kind::not_writable;
        case SQLITE_CANTOPEN:
            return Kind::not_writable;
        case SQLITE_CORRUPT:
            return Kind::damaged;
        case SQLITE_NOTADB:
            return Kind::no_database;
        case SQLITE_INTERRUPT:
            return Kind::interrupted;
    }
    return Kind::other;
}

class SqliteConnection final : public EngineConnection {
  public:
    SqliteConnection(const std::string& path, Connection::Access access);
    // v2 waits for statements that are finalized later; it never fails on an open one.
    ~SqliteConnection() override { ::sqlite3_close_v2(handle_); }

    std::unique_ptr<EngineStatement> prepare(std::string_view query) override;
    void execute(const char* statements) override;
    void set_busy_timeout(std::chrono::milliseconds time) override {
        ::sqlite3_busy_timeout(handle_, static_cast<int>(time.count()));
    }
    std::int64_t changed_rows() const override { return ::sqlite3_changes64(handle_); }
    std::int64_t last_row() const override { return ::sqlite3_last_insert_rowid(handle_); }
    bool is_in_transaction() const override { return ::sqlite3_get_autocommit(handle_) == 0; }
    const char* begin_words() override { return "BEGIN IMMEDIATE"; }
    void undo(const char* statements) noexcept override {
        ::sqlite3_exec(handle_, statements, nullptr, nullptr, nullptr);
    }

    sqlite3* handle() const { return handle_; }
    StoreError error(int code, std::string_view action) const {
        return {kind_of(code), fmt::format("{} {}: {}", action, path_, ::sqlite3_errmsg(handle_))};
    }
    void require(int code, std::string_view action) const {
        if (code != SQLITE_OK) throw error(code, action);
    }

  private:
    sqlite3* handle_ = nullptr;
    std::string path_;
};

class SqliteStatement final : public EngineStatement {
  public:
    SqliteStatement(SqliteConnection& connection, std::string_view query)
        : connection_(connection) {
        connection.require(
            ::sqlite3_prepare_v3(connection.handle(), query.data(), static_cast<int>(query.size()),
                                 SQLITE_PREPARE_PERSISTENT, &handle_, nullptr),
            "read");
    }
    ~SqliteStatement() override { ::sqlite3_finalize(handle_); }

    void bind(int index, std::int64_t value) override {
        connection_.require(::sqlite3_bind_int64(handle_, index, value), "bind");
    }
    // A null pointer would be NULL, also with length 0.
    void bind_text(int index, std::string_view text) override {
        connection_.require(::sqlite3_bind_text(handle_, index, text.empty() ? "" : text.data(),
                                                static_cast<int>(text.size()), SQLITE_STATIC),
                            "bind");
    }
    void bind_bytes(int index, std::string_view bytes) override {
        connection_.require(::sqlite3_bind_blob(handle_, index, bytes.empty() ? "" : bytes.data(),
                                                static_cast<int>(bytes.size()), SQLITE_STATIC),
                            "bind");
    }
    void bind_nothing(int index) override {
        connection_.require(::sqlite3_bind_null(handle_, index), "bind");
    }

    bool step() override {
        const int code = ::sqlite3_step(handle_);
        if (code == SQLITE_ROW) return true;
        if (code == SQLITE_DONE) return false;
        const StoreError error = connection_.error(code, "use");
        reset();
        throw error;
    }
    // Its code repeats the failure of the last step, which step() has thrown already.
    void reset() noexcept override { ::sqlite3_reset(handle_); }

    bool is_null(int column) const override {
        return ::sqlite3_column_type(handle_, column) == SQLITE_NULL;
    }
    std::int64_t integer(int column) const override {
        return ::sqlite3_column_int64(handle_, column);
    }
    std::string_view text(int column) const override {
        const void* const data = ::sqlite3_column_blob(handle_, column);
        const int size = ::sqlite3_column_bytes(handle_, column);
        return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
    }

  private:
    const SqliteConnection& connection_;
    sqlite3_stmt* handle_ = nullptr;
};

SqliteConnection::SqliteConnection(const std::string& path, Connection::Access access)
    : path_(path) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= access == Connection::Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (access == Connection::Access::create) flags |= SQLITE_OPEN_CREATE;
    const int code = ::sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr);
    if (code == SQLITE_OK) return;
    // Also after a failure there is a handle, which knows the reason and must be closed.
    const StoreError refused = error(code, "open");
    ::sqlite3_close_v2(std::exchange(handle_, nullptr));
    throw refused;
}

std::unique_ptr<EngineStatement> SqliteConnection::prepare(std::string_view query) {
    return std::make_unique<SqliteStatement>(*this, query);
}

void SqliteConnection::execute(const char* statements) {
    require(::sqlite3_exec(handle_, statements, nullptr, nullptr, nullptr), "write");
}

}  // namespace

std::unique_ptr<EngineConnection> open_sqlite(const std::string& path, Connection::Access access) {
    return std::make_unique<SqliteConnection>(path, access);
}

sqlite3* sqlite_handle(const Connection& connection) {
    return static_cast<SqliteConnection&>(connection.behind()).handle();
}

}  // namespace waymark::tracker
