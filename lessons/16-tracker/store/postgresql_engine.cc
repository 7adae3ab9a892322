#include "store/postgresql_engine.hh"

#include <fmt/core.h>

#include <chrono>
#include <random>
#include <unordered_map>

#include "store/postgresql_link.hh"
#include "store/postgresql_statement.hh"
#include "store/postgresql_words.hh"

namespace waymark::tracker {
namespace {

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

class PostgresqlConnection final : public EngineConnection {
  public:
    PostgresqlConnection(const std::string& url, Connection::Access access)
        : session_(url, access) {}

    std::unique_ptr<EngineStatement> prepare(std::string_view query) override {
        return std::make_unique<PostgresqlStatement>(session_, query);
    }
    void execute(const char* statements) override { session_.execute(statements); }
    void set_busy_timeout(std::chrono::milliseconds time) override {
        session_.link.set_lock_time(time);
    }
    void set_answer_time(std::chrono::milliseconds time) override {
        session_.link.set_answer_time(time);
    }
    std::int64_t changed_rows() const override { return session_.changed_rows; }
    std::int64_t last_row() const override { return last_row_; }
    std::optional<std::int64_t> new_number() override {
        return last_row_ = numbers_.next(now_ms(), static_cast<std::uint32_t>(random_()));
    }
    std::optional<std::int64_t> new_small_number(std::string_view table) override;

    bool is_in_transaction() const override { return session_.link.is_in_transaction(); }
    // What a server's default may be otherwise: two trackers wait for each other's rows, and are
    // not refused for what the other did. Citus would take several connections to a node, and then
    // refuse to change a table that others refer to (github.com/citusdata/citus, issue 6729).
    const char* begin_words() override {
        return has_citus() ? "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL "
                             "citus.multi_shard_modify_mode TO 'sequential'"
                           : "BEGIN ISOLATION LEVEL READ COMMITTED";
    }
    bool has_citus() override;
    void undo(const char* statements) noexcept override;

    PGconn* handle() const { return session_.link.handle(); }

  private:
    PostgresqlSession session_;
    std::optional<bool> has_citus_;
    TimedNumbers numbers_;
    std::mt19937 random_{std::random_device()()};
    std::int64_t last_row_ = 0;
};

std::optional<std::int64_t> PostgresqlConnection::new_small_number(std::string_view table) {
    PostgresqlStatement count(
        session_, "UPDATE small_number SET last = last + 1 WHERE of_table = ?1 RETURNING last");
    count.bind_text(1, table);
    if (!count.step())
        throw StoreError(StoreError::Kind::other, fmt::format("{}: nothing counts the rows of {}",
                                                              session_.link.shown(), table));
    return last_row_ = count.integer(0);
}

bool PostgresqlConnection::has_citus() {
    if (!has_citus_) {
        PostgresqlStatement look(session_, "SELECT 1 FROM pg_extension WHERE extname = 'citus'");
        has_citus_ = look.step();
    }
    return *has_citus_;
}

void PostgresqlConnection::undo(const char* statements) noexcept {
    try {
        if (session_.link.handle() != nullptr) session_.execute(statements);
    } catch (const std::exception&) {
        // Refused or lost: the server rolls back by itself.
    }
    if (std::string_view(statements) == "ROLLBACK") session_.link.note_rollback();
}

}  // namespace

std::int64_t TimedNumbers::next(std::int64_t now_ms, std::uint32_t random) {
    constexpr std::int64_t k2020 = 1'577'836'800'000;
    const std::int64_t begin = (now_ms - k2020) * kWithin;
    if (last_ < begin) return last_ = begin + static_cast<std::int64_t>(random % kWithin);
    // A clock that is not set: from 1 on all would have the same numbers at each start.
    if (last_ == 0) last_ = random;
    return ++last_;
}

std::unique_ptr<EngineConnection> open_postgresql(const std::string& url,
                                                  Connection::Access access) {
    return std::make_unique<PostgresqlConnection>(url, access);
}

pg_conn* postgresql_handle(const Connection& connection) {
    return static_cast<PostgresqlConnection&>(connection.behind()).handle();
}

}  // namespace waymark::tracker
