// The database, with owners: a connection closes itself, a statement finalizes itself, a
// transaction that nobody committed is rolled back. Every refusal becomes a StoreError of a kind
// that does not depend on the engine, so that callers can tell a full disk from a wrong statement.
//
// Two engines stand behind it: SQLite, whose database is a file, and PostgreSQL with those that
// speak as it does, whose database is named by a URL. Statements are written once, in words that
// both know; the few places that must differ ask engine().
//
// A connection must not cross fork(2). Two processes that share the descriptors of SQLite also
// share their file offsets, and one closing the file drops the locks of the other (fcntl(2),
// "Record locks"; sqlite.org/howtocorrupt.html, 2.6); two that share a socket read each other's
// answers. Open it in the process that uses it. It is for one thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "store/engine.hh"

namespace waymark::tracker {

class StoreError : public std::runtime_error {
  public:
    enum class Kind {
        other,              // a wrong statement, a limit
        busy,               // another process keeps the lock, or was faster
        no_room,            // the disk is full, or a write failed
        failing,            // a read or a sync failed, or memory ran out
        not_writable,       // may only be read, or cannot be opened
        unreachable,        // the server of the database is away
        not_allowed,        // it wants another password
        damaged,            // contradicts itself
        no_database,        // something else
        refers_to_nothing,  // a foreign key
        not_unique,         // a key that is there already
        interrupted,        // stopped by ourselves
    };

    StoreError(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}

    Kind kind() const { return kind_; }
    // The disk is full, a write or a sync failed, another process keeps the lock, or the server is
    // away: what could not be made durable now may be later.
    bool may_pass() const;
    // The file is no database, or its content contradicts itself.
    bool is_damage() const;

  private:
    Kind kind_;
};

enum class Engine { sqlite, postgresql };

// Whether a location is a URL of PostgreSQL (postgresql://... or postgres://...), not a path.
bool is_postgresql(std::string_view location);

// A row of the table `writer` in PostgreSQL.
struct Writer {
    std::int64_t number = 0;
    std::int64_t process = 0;  // that has it now; 0: it is a row of all commands
};

class Connection {
  public:
    enum class Access { read_only, read_write, create };

    // Opens the file at a path, or the database that a URL names. Throws StoreError.
    Connection(const std::string& location, Access access);
    Connection(Connection&&) noexcept = default;
    Connection& operator=(Connection&&) noexcept = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() = default;

    Engine engine() const { return engine_; }
    bool is_sqlite() const { return engine_ == Engine::sqlite; }

    // Runs statements without results, separated by ';'.
    void execute(const char* statements) { behind_->execute(statements); }
    // The first column of the first row, as a number; 0 if there is none.
    std::int64_t number(const char* query);
    // The same as text.
    std::string text(const char* query);

    // How long a statement waits for another process's lock. A read-only one in WAL mode hardly
    // ever does. PostgreSQL's waits for rows only, as long as its server is told to.
    void set_busy_timeout(std::chrono::milliseconds time) { behind_->set_busy_timeout(time); }
    // How long PostgreSQL may take for an answer, or a row of those that come one by one, before
    // the connection is given up; a minute at first.
    void set_answer_time(std::chrono::milliseconds time) { behind_->set_answer_time(time); }
    // How many rows the last insert, update or delete changed.
    std::int64_t changed_rows() const { return behind_->changed_rows(); }

    // The number of a row that is inserted next, as the value of its column `number` (bind_if):
    // nothing where the database counts for itself (SQLite). In PostgreSQL one below 2^53 that
    // grows with time and that no two writers share a counter for.
    std::optional<std::int64_t> new_number() { return behind_->new_number(); }
    // The same for tables whose numbers fit in 32 bits ("device", "account"), counted one by one
    // in the transaction that inserts.
    std::optional<std::int64_t> new_small_number(std::string_view table) {
        return behind_->new_small_number(table);
    }
    // Of the last row that was inserted so.
    std::int64_t last_row() const { return behind_->last_row(); }
    // As whom it stores fixes (store/writer.hh); 0 in SQLite, where there is one.
    const Writer& writer() const { return writer_; }
    void set_writer(const Writer& writer) { writer_ = writer; }

    // For messages: the path, or the URL without a password.
    const std::string& path() const { return path_; }
    EngineConnection& behind() const { return *behind_; }

  private:
    Engine engine_;
    std::unique_ptr<EngineConnection> behind_;
    std::string path_;
    Writer writer_;
};

// A prepared statement: bind, step, read columns, reset, and again. The connection must outlive it.
class Statement {
  public:
    Statement(Connection& connection, std::string_view query)
        : behind_(connection.behind().prepare(query)) {}

    // Parameters count from 1. Text and bytes are not copied: they must live until reset().
    void bind(int index, std::int64_t value) { behind_->bind(index, value); }
    void bind_if(int index, std::optional<std::int64_t> value) {  // NULL for nothing
        if (value)
            bind(index, *value);
        else
            bind_nothing(index);
    }
    void bind_text(int index, std::string_view text) { behind_->bind_text(index, text); }
    void bind_bytes(int index, std::string_view bytes) { behind_->bind_bytes(index, bytes); }
    void bind_nothing(int index) { behind_->bind_nothing(index); }

    // For results that are too long for memory: until the last row or reset() no other statement
    // of the connection can be used. SQLite always reads so, and lets others be used.
    void read_row_by_row() { behind_->read_row_by_row(); }

    // True with a row, false at the end. Throws StoreError, and has reset() then.
    bool step() { return behind_->step(); }
    // Steps to the end and resets, for statements without rows.
    void run();
    void reset() { behind_->reset(); }

    // Columns count from 0, and are valid until the next step or reset.
    bool is_null(int column) const { return behind_->is_null(column); }
    std::int64_t integer(int column) const { return behind_->integer(column); }
    std::optional<std::int64_t> integer_if(int column) const {  // nothing for NULL
        if (is_null(column)) return std::nullopt;
        return integer(column);
    }
    std::string_view text(int column) const { return behind_->text(column); }

  private:
    std::unique_ptr<EngineStatement> behind_;
};

// A transaction that writes, from its beginning on: in SQLite BEGIN IMMEDIATE waits for the lock at
// once, not in the middle. Rolled back unless committed. Within another one it is a part of that
// (SAVEPOINT): rolling it back undoes the part, and what it commits is durable with the whole.
// After an error PostgreSQL refuses all but the rolling back: what may fail is a part of its own.
class Transaction {
  public:
    explicit Transaction(Connection& connection);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    void commit();

  private:
    EngineConnection* behind_;
    bool is_part_;
};

}  // namespace waymark::tracker
