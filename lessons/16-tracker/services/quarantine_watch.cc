#include "services/quarantine_watch.hh"

#include <utility>

namespace waymark::tracker {

bool QuarantineWatch::filled(std::int64_t bytes, std::int64_t room) {
    const Level level = bytes >= room ? Level::full : bytes >= room / 2 ? Level::half : Level::low;
    const Level before = std::exchange(level_, level);
    if (level == before) return false;
    if (level == Level::full)
        log_.error(
            "the quarantine is full ({} bytes): points that cannot be positions are answered "
            "503 until 'tracker quarantine replay' or 'delete' makes room",
            bytes);
    else if (before == Level::full)
        log_.info("the quarantine has room again");
    else if (level == Level::half)
        log_.warning(
            "the quarantine is half full ({} of {} bytes): 'tracker quarantine replay' or "
            "'delete' makes room",
            bytes, room);
    return level == Level::full || before == Level::full;
}

}  // namespace waymark::tracker
