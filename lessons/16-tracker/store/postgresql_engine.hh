// PostgreSQL, and what speaks as it does (Citus, YugabyteDB, CockroachDB), behind a Connection; and
// its handle for what it alone can do: LISTEN.

#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "store/connection.hh"

struct pg_conn;

namespace waymark::tracker {

// Throws StoreError.
std::unique_ptr<EngineConnection> open_postgresql(const std::string& url,
                                                  Connection::Access access);

// Of a connection whose engine is PostgreSQL; null while it is lost. Another after each loss.
pg_conn* postgresql_handle(const Connection& connection);

// Numbers that grow with time and that writers do not share a counter for: milliseconds since 2020,
// 12 bits further left, and what is free in these 12 bits from a random start. Below 2^53 until
// 2089, so that JavaScript can read them. By a clock that is before 2020 they begin anywhere below
// 2^32.
//
// Two writers that ask in the same millisecond may get the same number: the key of the table finds
// that out, and whoever inserts must not take it for what it inserts being there.
class TimedNumbers {
  public:
    // Above the last one, also where the clock was set back.
    std::int64_t next(std::int64_t now_ms, std::uint32_t random);
    std::int64_t last() const { return last_; }
    // By how much they grow in that time.
    static constexpr std::int64_t in(std::chrono::milliseconds time) {
        return time.count() * kWithin;
    }

  private:
    static constexpr std::int64_t kWithin = 4096;  // a millisecond

    std::int64_t last_ = 0;
};

}  // namespace waymark::tracker
