#include "store/connection.hh"

#include "store/postgresql_engine.hh"
#include "store/postgresql_url.hh"
#include "store/sqlite_engine.hh"

namespace waymark::tracker {

bool StoreError::may_pass() const {
    return kind_ == Kind::busy || kind_ == Kind::no_room || kind_ == Kind::failing ||
           kind_ == Kind::not_writable || kind_ == Kind::unreachable;
}

bool StoreError::is_damage() const {
    return kind_ == Kind::damaged || kind_ == Kind::no_database;
}

bool is_postgresql(std::string_view location) {
    return location.starts_with("postgresql://") || location.starts_with("postgres://");
}

Connection::Connection(const std::string& location, Access access)
    : engine_(is_postgresql(location) ? Engine::postgresql : Engine::sqlite),
      behind_(is_sqlite() ? open_sqlite(location, access) : open_postgresql(location, access)),
      path_(is_sqlite() ? location : url_without_password(location)) {}

std::int64_t Connection::number(const char* query) {
    Statement statement(*this, query);
    return statement.step() ? statement.integer(0) : 0;
}

std::string Connection::text(const char* query) {
    Statement statement(*this, query);
    return statement.step() ? std::string(statement.text(0)) : std::string();
}

void Statement::run() {
    while (step()) {
    }
    reset();
}

Transaction::Transaction(Connection& connection)
    : behind_(&connection.behind()), is_part_(behind_->is_in_transaction()) {
    behind_->execute(is_part_ ? "SAVEPOINT part" : behind_->begin_words());
}

Transaction::~Transaction() {
    if (behind_ == nullptr) return;
    // After some errors SQLite has rolled back by itself; then this one fails, and that is fine.
    behind_->undo(is_part_ ? "ROLLBACK TO part; RELEASE part" : "ROLLBACK");
}

void Transaction::commit() {
    behind_->execute(is_part_ ? "RELEASE part" : "COMMIT");
    behind_ = nullptr;
}

}  // namespace waymark::tracker
