#include "store/place_events.hh"

#include <fmt/core.h>

#include <limits>
#include <utility>

namespace waymark::tracker {
namespace {

constexpr const char* kColumns = "number, device, place, place_name, kind, time_ms, noticed_ms";

PlaceEvent read_event(const Statement& row) {
    return {.number = row.integer(0),
            .device = static_cast<DeviceNumber>(row.integer(1)),
            .place = row.integer(2),
            .place_name = std::string(row.text(3)),
            .kind = static_cast<Passage>(row.integer(4)),
            .time_ms = row.integer(5),
            .noticed_ms = row.integer(6)};
}

}  // namespace

std::string_view to_text(Passage passage) {
    return passage == Passage::enter ? "enter" : "leave";
}

std::int64_t PlaceEvents::add(const PlaceEvent& event) {
    Statement insert(connection_,
                     "INSERT INTO place_event (number, device, place, place_name, kind, time_ms, "
                     "noticed_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    insert.bind_if(1, connection_.new_number());
    insert.bind(2, event.device);
    insert.bind(3, event.place);
    insert.bind_text(4, event.place_name);
    insert.bind(5, static_cast<std::int64_t>(event.kind));
    insert.bind(6, event.time_ms);
    insert.bind(7, event.noticed_ms);
    insert.run();
    const std::int64_t number = connection_.last_row();
    if (number % kBetweenForgetting == 0) forget_oldest();
    return number;
}

// Numbers may have gaps, so the oldest that is kept is counted to, which is too slow to be done
// with each event.
void PlaceEvents::forget_oldest() {
    Statement forget(connection_,
                     "DELETE FROM place_event WHERE number <= (SELECT number FROM place_event "
                     "ORDER BY number DESC LIMIT 1 OFFSET ?1)");
    forget.bind(1, kMost);
    forget.run();
}

std::vector<PlaceEvent> PlaceEvents::newer(std::int64_t above, std::size_t most) {
    Statement rows(connection_,
                   fmt::format("SELECT {} FROM place_event WHERE number > ?1 ORDER BY number DESC "
                               "LIMIT {}",
                               kColumns, most));
    rows.bind(1, above);
    std::vector<PlaceEvent> events;
    while (rows.step()) events.push_back(read_event(rows));
    return events;
}

std::vector<PlaceEvent> PlaceEvents::list(const std::function<bool(DeviceNumber)>& may_see,
                                          std::size_t most, std::int64_t below) {
    Statement rows(connection_,
                   fmt::format("SELECT {} FROM place_event WHERE number < ?1 AND device NOT IN "
                               "(SELECT number FROM device WHERE removed_ms IS NOT NULL) ORDER BY "
                               "number DESC",
                               kColumns));
    rows.bind(1, below > 0 ? below : std::numeric_limits<std::int64_t>::max());
    std::vector<PlaceEvent> events;
    while (events.size() < most && rows.step()) {
        PlaceEvent event = read_event(rows);
        if (may_see(event.device)) events.push_back(std::move(event));
    }
    return events;
}

}  // namespace waymark::tracker
