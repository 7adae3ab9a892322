// A connection to PostgreSQL by libpq, for one statement after the other. Each wait has an end: a
// server that is stopped, or a network that swallows everything, becomes an error
// (StoreError::Kind::unreachable) and not a process that hangs.
//
// After a loss the next statement connects anew; within a transaction it does not, because what
// comes after the loss would be done without what came before. Then all is refused until somebody
// rolls back.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/deadline.hh"
#include "store/connection.hh"
#include "store/libpq.hh"

namespace waymark::tracker {

struct ClearResult {
    void operator()(PGresult* result) const noexcept { libpq::PQclear(result); }
};
using PostgresqlResult = std::unique_ptr<PGresult, ClearResult>;

class PostgresqlLink {
  public:
    // Connects. Throws StoreError.
    PostgresqlLink(const std::string& url, Connection::Access access);

    // Connects anew if the link is lost. Throws StoreError: no server, or lost in a transaction, or
    // rows of another statement are still coming.
    void require_ready();
    // Sends by one of libpq's functions PQsend...; after require_ready().
    void send(const std::function<int(PGconn*)>& by);
    // The next result of what was sent; nothing at its end. Throws StoreError: a refusal (the rest
    // has been taken in then), the link is lost.
    PostgresqlResult next();
    // All of them; the last one.
    PostgresqlResult last();
    // The rows that still come are not wanted. It waits for none, unless in a transaction: closing
    // the link ends the statement, too, and needs no second connection to say so.
    void forget_rest() noexcept;

    bool is_in_transaction() const { return is_in_transaction_; }
    // The transaction that was lost has been given up by its owner.
    void note_rollback() {
        if (!link_) is_in_transaction_ = false;
    }
    // Another after each new connection, which knows no prepared statements.
    int generation() const { return generation_; }
    void set_answer_time(std::chrono::milliseconds time) { answer_time_ = time; }
    void set_lock_time(std::chrono::milliseconds time);
    const std::string& shown() const { return shown_; }
    PGconn* handle() const { return link_.get(); }

  private:
    struct Close {
        void operator()(PGconn* connection) const noexcept { libpq::PQfinish(connection); }
    };

    void connect();
    void prepare_session();
    void wait(daemon::Deadline deadline, bool for_writing);
    void flush(daemon::Deadline deadline);
    PostgresqlResult take(daemon::Deadline deadline);
    void note_end();
    [[noreturn]] void lose(std::string_view why);
    StoreError refusal(const PGresult* result) const;
    daemon::Deadline deadline() const { return daemon::Deadline::after(answer_time_); }

    std::string url_;
    std::string shown_;
    Connection::Access access_;
    std::chrono::milliseconds answer_time_{60'000};
    std::chrono::milliseconds lock_time_{5000};
    std::unique_ptr<PGconn, Close> link_;
    int generation_ = 0;
    bool is_in_transaction_ = false;
    bool is_open_ended_ = false;  // results may still come
};

}  // namespace waymark::tracker
