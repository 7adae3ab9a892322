// SQLite, with owners: a connection closes itself, a statement finalizes itself, a transaction that
// nobody committed is rolled back. Every refusal of SQLite becomes a StoreError that carries its
// code, so that callers can tell a full disk from a wrong statement.
//
// A connection must not cross fork(2): two processes that share its descriptors also share their
// file offsets, and one closing the file drops the locks of the other (fcntl(2), "Record locks";
// sqlite.org/howtocorrupt.html, 2.6). Open it in the process that uses it. It is for one thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace waymark::tracker {

class StoreError : public std::runtime_error {
  public:
    // `code` is SQLite's extended result code.
    StoreError(int code, const std::string& what) : std::runtime_error(what), code_(code) {}

    int code() const { return code_; }
    // The disk is full, a write or a sync failed, or another process keeps the lock: what could
    // not be made durable now may be later.
    bool may_pass() const;
    // The file is no database, or its content contradicts itself.
    bool is_damage() const;

  private:
    int code_;
};

class Connection {
  public:
    enum class Access { read_only, read_write, create };

    // Opens the file at `path`. Throws StoreError.
    Connection(const std::string& path, Access access);
    Connection(Connection&& other) noexcept;
    Connection& operator=(Connection&& other) noexcept;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    // Runs statements without results, separated by ';'.
    void execute(const char* statements);
    // The first column of the first row, as a number; 0 if there is none.
    std::int64_t number(const char* query);
    // The same as text.
    std::string text(const char* query);

    // How long a statement waits for another process's lock. A read-only one in WAL mode hardly
    // ever does.
    void set_busy_timeout(std::chrono::milliseconds time);
    // How many rows the last insert, update or delete changed.
    std::int64_t changed_rows() const;
    std::int64_t last_row() const;
    const std::string& path() const { return path_; }
    sqlite3* handle() const { return handle_; }

    [[noreturn]] void fail(int code, std::string_view action) const;

  private:
    void close();

    sqlite3* handle_ = nullptr;
    std::string path_;
};

// A prepared statement: bind, step, read columns, reset, and again. The connection must outlive it.
class Statement {
  public:
    Statement(Connection& connection, std::string_view query);
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    // Parameters count from 1. Text and bytes are not copied: they must live until reset().
    void bind(int index, std::int64_t value);
    void bind_if(int index, std::optional<std::int64_t> value);  // NULL for nothing
    void bind_text(int index, std::string_view text);
    void bind_bytes(int index, std::string_view bytes);
    void bind_nothing(int index);

    // True with a row, false at the end. Throws StoreError, and has reset() then.
    bool step();
    // Steps to the end and resets, for statements without rows.
    void run();
    void reset();

    // Columns count from 0, and are valid until the next step or reset.
    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    std::optional<std::int64_t> integer_if(int column) const;  // nothing for NULL
    std::string_view text(int column) const;

  private:
    Connection* connection_ = nullptr;
    sqlite3_stmt* handle_ = nullptr;
};

// A transaction that writes, from its beginning on: BEGIN IMMEDIATE waits for the lock at once, not
// in the middle. Rolled back unless committed. Within another one it is a part of that (SAVEPOINT):
// rolling it back undoes the part, and what it commits is durable with the whole.
class Transaction {
  public:
    explicit Transaction(Connection& connection);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    void commit();

  private:
    Connection* connection_;
    bool is_part_;
};

}  // namespace waymark::tracker
