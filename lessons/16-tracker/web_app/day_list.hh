// The days on which a device was heard, by a local clock. The first fix of each is looked up, which
// takes some ten microseconds a day; to count ten years of fixes would take seconds, so only those
// of the newest days are counted.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/reader.hh"
#include "web_app/local_clock.hh"

namespace waymark::tracker {

struct ListedDay {
    std::chrono::sys_days day;
    UnixMillis from = 0, to = 0;         // from <= time < to
    std::optional<std::int64_t> points;  // valid fixes, where they were counted
};

struct DayListLimits {
    static constexpr std::int64_t kMostCounted = 300'000;

    std::size_t days = 40'000;            // the oldest of so many are listed: a hundred years
    std::int64_t counted = kMostCounted;  // fixes, from the newest back
};

// Oldest first. Throws StoreError.
std::vector<ListedDay> list_days(Reader& reader, DeviceNumber device, const LocalClock& clock,
                                 const DayListLimits& limits = {});

// {"days":[{"day":"2014-09-10","points":1194,"from":MS,"to":MS}]}; `points` is null where they were
// not counted.
std::string days_as_json(const std::vector<ListedDay>& days);

}  // namespace waymark::tracker
