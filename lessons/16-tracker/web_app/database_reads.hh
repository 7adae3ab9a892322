// Reads the database for handlers: on the threads of a pool, never on the event loop's. A thread
// takes a Reader that nobody uses, or opens one; a Reader that failed is thrown away, so the next
// read begins with a new connection.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "daemon/log.hh"
#include "daemon/thread_pool.hh"
#include "net/event_loop.hh"
#include "net/http/exchange.hh"
#include "net/pool_call.hh"
#include "net/task.hh"
#include "store/reader.hh"

namespace waymark::tracker {

// Readers that nobody uses at the moment. A connection may change its thread, but is used by one
// thread at a time (sqlite.org/threadsafe.html, "multi-thread").
class ReaderShelf {
  public:
    explicit ReaderShelf(std::string path) : path_(std::move(path)) {}

    template <class Work>
    auto with_reader(Work& work) {
        std::unique_ptr<Reader> reader = take();
        auto result = work(*reader);
        give(std::move(reader));
        return result;
    }

  private:
    std::unique_ptr<Reader> take();
    void give(std::unique_ptr<Reader> reader);

    std::string path_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Reader>> idle_;
};

class DatabaseReads {
  public:
    static constexpr std::size_t kThreads = 2;
    static constexpr std::size_t kMostWaiting = 64;

    // Opens nothing yet. Loop and log must outlive it.
    DatabaseReads(net::EventLoop& loop, const std::string& path, daemon::Log& log)
        : loop_(loop),
          log_(log),
          shelf_(std::make_shared<ReaderShelf>(path)),
          pool_(kThreads, kMostWaiting) {}

    // What `work` gives back; or nothing, and then the exchange has been answered: too many wait,
    // or the database cannot be read. `work` must own what it touches (net/pool_call).
    template <class Result>
    net::Task<std::optional<Result>> ask(net::http::Exchange& exchange,
                                         std::function<Result(Reader&)> work) {
        std::string failure;
        try {
            net::PoolCall call(loop_, pool_, [shelf = shelf_, work = std::move(work)] {
                return shelf->with_reader(work);
            });
            std::optional<Result> result = co_await call;
            if (!result) refuse_busy(exchange);
            co_return result;
        } catch (const StoreError& error) {
            failure = error.what();
        } catch (const daemon::UsageError& error) {
            failure = error.what();
        }
        refuse_failed(exchange, failure);
        co_return std::nullopt;
    }

    // The same in the middle of an answer: nothing where it cannot be done, and it is the caller
    // who breaks the answer off.
    template <class Result>
    net::Task<std::optional<Result>> go_on(std::function<Result(Reader&)> work) {
        std::string failure = "too many requests wait for the database";
        try {
            net::PoolCall call(loop_, pool_, [shelf = shelf_, work = std::move(work)] {
                return shelf->with_reader(work);
            });
            std::optional<Result> result = co_await call;
            if (result) co_return result;
        } catch (const StoreError& error) {
            failure = error.what();
        } catch (const daemon::UsageError& error) {
            failure = error.what();
        }
        note_failed(failure);
        co_return std::nullopt;
    }

    // Drops what waits; what runs is finished.
    void stop() { pool_.stop(daemon::ThreadPool::AtStop::discard); }

    std::uint64_t refused() const { return refused_; }
    std::uint64_t failed() const { return failed_; }

  private:
    void refuse_busy(net::http::Exchange& exchange);
    void refuse_failed(net::http::Exchange& exchange, const std::string& reason);
    void note_failed(const std::string& reason);

    net::EventLoop& loop_;
    daemon::Log& log_;
    std::shared_ptr<ReaderShelf> shelf_;
    std::uint64_t refused_ = 0;
    std::uint64_t failed_ = 0;
    daemon::ThreadPool pool_;
};

}  // namespace waymark::tracker
