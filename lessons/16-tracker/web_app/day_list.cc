#include "web_app/day_list.hh"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "unix_time.hh"

namespace waymark::tracker {

namespace {

void count_newest(Reader& reader, DeviceNumber device, std::vector<ListedDay>& days,
                  std::int64_t most) {
    for (auto day = days.rbegin(); day != days.rend() && most > 0; ++day) {
        const std::int64_t points = reader.count(device, day->from, day->to, most + 1);
        if (points > most) return;
        day->points = points;
        most -= points;
    }
}

}  // namespace

std::vector<ListedDay> list_days(Reader& reader, DeviceNumber device, const LocalClock& clock,
                                 const DayListLimits& limits) {
    std::vector<ListedDay> days;
    std::optional<UnixMillis> first = reader.first_time(device, 0);
    while (first && *first < kEndOfTime && days.size() < limits.days) {
        const std::chrono::sys_days day = clock.day_of(*first);
        const UnixMillis next = clock.begin_of(day + std::chrono::days(1));
        days.push_back({day, clock.begin_of(day), next, {}});
        first = reader.first_time(device, std::max(next, *first + 1));
    }
    count_newest(reader, device, days, limits.counted);
    return days;
}

std::string days_as_json(const std::vector<ListedDay>& days) {
    std::string body = "{\"days\":[";
    for (const ListedDay& listed : days) {
        if (body.back() != '[') body += ',';
        const std::chrono::year_month_day date(listed.day);
        fmt::format_to(std::back_inserter(body),
                       R"({{"day":"{:04}-{:02}-{:02}","points":{},"from":{},"to":{}}})",
                       static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()),
                       listed.points ? std::to_string(*listed.points) : "null", listed.from,
                       listed.to);
    }
    return body + "]}";
}

}  // namespace waymark::tracker
