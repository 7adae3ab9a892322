// What a database must be able to do to stand behind a Connection (store/connection.hh): prepare a
// statement, take its parameters, give its rows. One file implements it for each engine, and
// nothing outside store/ needs this header.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::tracker {

// As Statement; it must not outlive its connection.
class EngineStatement {
  public:
    EngineStatement() = default;
    EngineStatement(const EngineStatement&) = delete;
    EngineStatement& operator=(const EngineStatement&) = delete;
    virtual ~EngineStatement() = default;

    virtual void bind(int index, std::int64_t value) = 0;
    virtual void bind_text(int index, std::string_view text) = 0;
    virtual void bind_bytes(int index, std::string_view bytes) = 0;
    virtual void bind_nothing(int index) = 0;
    virtual void read_row_by_row() {}

    virtual bool step() = 0;
    virtual void reset() noexcept = 0;

    virtual bool is_null(int column) const = 0;
    virtual std::int64_t integer(int column) const = 0;
    virtual std::string_view text(int column) const = 0;
};

class EngineConnection {
  public:
    EngineConnection() = default;
    EngineConnection(const EngineConnection&) = delete;
    EngineConnection& operator=(const EngineConnection&) = delete;
    virtual ~EngineConnection() = default;

    virtual std::unique_ptr<EngineStatement> prepare(std::string_view query) = 0;
    virtual void execute(const char* statements) = 0;
    virtual void set_busy_timeout(std::chrono::milliseconds) {}
    virtual void set_answer_time(std::chrono::milliseconds) {}
    virtual std::int64_t changed_rows() const = 0;
    virtual std::int64_t last_row() const = 0;
    virtual std::optional<std::int64_t> new_number() { return std::nullopt; }
    virtual std::optional<std::int64_t> new_small_number(std::string_view) { return std::nullopt; }

    virtual bool is_in_transaction() const = 0;
    // The statement that begins a transaction that writes; outside of any.
    virtual const char* begin_words() = 0;
    // Whether tables are spread by the extension Citus. It answers no question about a spread table
    // that is asked for each row of something else, such as an array.
    virtual bool has_citus() { return false; }
    // Runs ROLLBACK and the like; what it meets is passed over.
    virtual void undo(const char* statements) noexcept = 0;
};

}  // namespace waymark::tracker
