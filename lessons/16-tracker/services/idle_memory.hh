// Gives back the memory that only a load needed. SQLite keeps the pages that it has read, and
// free(3) most of what it is given, for a next load that may never come: after a crowd has sent its
// week, a server would keep megabytes for nothing. Not between two messages of a busy minute, for
// then each would fetch its memory anew; but when nothing was done for some looks in a row, and
// then once, until something is done again.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "daemon/log.hh"

namespace waymark::tracker {

class IdleMemory {
  public:
    // So many looks in a row that find nothing done.
    static constexpr int kQuietLooks = 5;

    // `release` gives back to the allocator what is kept in the hope of more work. The log must
    // outlive it.
    IdleMemory(daemon::Log& log, std::function<void()> release)
        : log_(log), release_(std::move(release)) {}

    // To be called every second or so. `done` is any count that grows with the work. When it has
    // been the same at kQuietLooks looks after one that found another, memory is given back.
    void look(std::uint64_t done);

  private:
    void give_back();

    daemon::Log& log_;
    std::function<void()> release_;
    std::optional<std::uint64_t> done_;  // at the last look
    int quiet_ = 0;                      // looks in a row that found the same
};

}  // namespace waymark::tracker
