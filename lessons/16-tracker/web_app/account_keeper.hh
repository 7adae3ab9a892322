// Keeps the account book, and the book of share links, as the database is: reads it on a thread of
// its own at the start, and again whenever it is told that something has changed. What cannot be
// read now is tried again every second; until then the old book holds.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "daemon/deadline.hh"
#include "daemon/log.hh"
#include "daemon/thread_pool.hh"
#include "net/event_loop.hh"
#include "net/notice.hh"
#include "net/task.hh"
#include "net/task_group.hh"
#include "web_app/account_book.hh"
#include "web_app/database_reads.hh"
#include "web_app/share_book.hh"

namespace waymark::tracker {

class AccountKeeper {
  public:
    // `on_read` is called after each reading. Loop and log must outlive it.
    AccountKeeper(net::EventLoop& loop, const std::string& database, daemon::Log& log,
                  std::function<void()> on_read);
    AccountKeeper(const AccountKeeper&) = delete;
    AccountKeeper& operator=(const AccountKeeper&) = delete;

    AccountBook& book() { return book_; }
    const AccountBook& book() const { return book_; }
    // Read together with the accounts.
    ShareBook& shares() { return shares_; }

    // Something has changed: read.
    void look();
    // True when all that was changed before the call is in the book; false at the deadline.
    net::Task<bool> is_current(daemon::Deadline deadline);
    void stop() { pool_.stop(daemon::ThreadPool::AtStop::discard); }

  private:
    net::Task<> read();
    void read_failed(const std::string& reason);

    net::EventLoop& loop_;
    daemon::Log& log_;
    std::function<void()> on_read_;
    AccountBook book_;
    ShareBook shares_;
    std::shared_ptr<ReaderShelf> shelf_;
    net::Notice has_read_;
    net::Timer again_;
    std::uint64_t wanted_ = 0;  // how often something changed
    std::uint64_t done_ = 0;    // which of these the book has
    bool is_reading_ = false;
    bool failure_told_ = false;
    net::TaskGroup readings_;
    daemon::ThreadPool pool_{1, 1};
};

}  // namespace waymark::tracker
