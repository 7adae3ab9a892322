// What the log says of the quarantine: that it is half full, long before somebody must act; that it
// is full, when phones hear 503; that it has room again. A line for each change, not for each
// point: a phone whose clock is wrong sends thousands.

#pragma once

#include <cstdint>

#include "daemon/log.hh"

namespace waymark::tracker {

class QuarantineWatch {
  public:
    explicit QuarantineWatch(daemon::Log& log) : log_(log) {}

    // How full it is after a change. True if it has become full, or has room again.
    bool filled(std::int64_t bytes, std::int64_t room);
    bool has_room() const { return level_ != Level::full; }

  private:
    enum class Level { low, half, full };

    daemon::Log& log_;
    Level level_ = Level::low;
};

}  // namespace waymark::tracker
