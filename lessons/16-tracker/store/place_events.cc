#include "store/place_events.hh"

#include <limits>

namespace waymark::tracker {

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

std::vector<PlaceEvent> PlaceEvents::list(const std::function<bool(DeviceNumber)>& may_see,
                                          std::size_t most, std::int64_t below) {
    Statement rows(connection_,
                   "SELECT number, device, place, place_name, kind, time_ms, noticed_ms FROM "
                   "place_event WHERE number < ?1 AND device NOT IN (SELECT number FROM device "
                   "WHERE removed_ms IS NOT NULL) ORDER BY number DESC");
    rows.bind(1, below > 0 ? below : std::numeric_limits<std::int64_t>::max());
    std::vector<PlaceEvent> events;
    while (events.size() < most && rows.step()) {
        const auto device = static_cast<DeviceNumber>(rows.integer(1));
        if (!may_see(device)) continue;
        events.push_back({.number = rows.integer(0),
                          .device = device,
                          .place = rows.integer(2),
                          .place_name = std::string(rows.text(3)),
                          .kind = static_cast<Passage>(rows.integer(4)),
                          .time_ms = rows.integer(5),
                          .noticed_ms = rows.integer(6)});
    }
    return events;
}

}  // namespace waymark::tracker
