#include "store/places.hh"

#include <fmt/core.h>

#include <cmath>
#include <utility>

#include "daemon/error.hh"
#include "store/change_lock.hh"

namespace waymark::tracker {

namespace {

constexpr double kPlaceE7 = 1e7;
constexpr const char* kPlaceColumns =
    "number, name, latitude_e7, longitude_e7, radius_cm, corners, edit";

// Binds name, ground and edit to the parameters 1 to 6. `corners` is their text, and must live
// until the statement has run.
void bind_place(Statement& statement, const NamedPlace& place, const std::string& corners) {
    statement.bind_text(1, place.name);
    statement.bind(2, std::llround(place.middle.latitude_deg * kPlaceE7));
    statement.bind(3, std::llround(place.middle.longitude_deg * kPlaceE7));
    statement.bind(4, std::llround(place.radius_m * 100));
    if (corners.empty())
        statement.bind_nothing(5);
    else
        statement.bind_text(5, corners);
    statement.bind(6, place.edit);
}

NamedPlace read_place(const Statement& row) {
    NamedPlace place{row.integer(0),
                     std::string(row.text(1)),
                     {static_cast<double>(row.integer(2)) / kPlaceE7,
                      static_cast<double>(row.integer(3)) / kPlaceE7},
                     static_cast<double>(row.integer(4)) / 100};
    place.corners = corners_from_text(row.text(5));
    place.edit = row.integer(6);
    return place;
}

}  // namespace

PlaceArea area_of(const NamedPlace& place) {
    return place.corners.empty() ? PlaceArea::circle(place.middle, place.radius_m)
                                 : PlaceArea::polygon(place.corners);
}

std::vector<NamedPlace> Places::list() {
    Statement select(connection_, fmt::format("SELECT {} FROM place ORDER BY name", kPlaceColumns));
    std::vector<NamedPlace> places;
    while (select.step()) places.push_back(read_place(select));
    return places;
}

NamedPlace Places::checked(NamedPlace place) {
    check_place_name(place.name);
    // As they will be read: what is checked is what is kept.
    place.corners = corners_from_text(to_text(place.corners));
    const PlaceArea area = area_of(place);
    place.middle = area.middle();
    place.radius_m = area.radius_m();
    Statement same(connection_, "SELECT 1 FROM place WHERE name = ?1 AND number <> ?2");
    same.bind_text(1, place.name);
    same.bind(2, place.number);
    if (same.step())
        throw daemon::UsageError(
            fmt::format("there is a place {} already: choose another name", place.name));
    return place;
}

// Higher than what any device has been looked at for, also after places were removed.
std::int64_t Places::next_edit() {
    return connection_.number(
        "SELECT 1 + coalesce(max(edit), 0) FROM (SELECT edit FROM place UNION ALL SELECT edit FROM "
        "place_watch) AS edits");
}

std::int64_t Places::add(const NamedPlace& place, UnixMillis now) {
    one_change_at_a_time(connection_);
    NamedPlace fresh = place;
    fresh.number = 0;
    fresh = checked(std::move(fresh));
    if (connection_.number("SELECT count(*) FROM place") >= kMost)
        throw daemon::UsageError(
            fmt::format("there are {} places already: remove one first", kMost));
    fresh.edit = next_edit();
    Statement insert(connection_,
                     "INSERT INTO place (number, name, latitude_e7, longitude_e7, radius_cm, "
                     "corners, edit, created_ms) VALUES (?8, ?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    const std::string corners = to_text(fresh.corners);
    bind_place(insert, fresh, corners);
    insert.bind(7, now);
    insert.bind_if(8, connection_.new_number());
    insert.run();
    return connection_.last_row();
}

// Who was within stays so if the ground is the same. Else nobody knows until they are heard again.
void Places::change(const NamedPlace& place) {
    one_change_at_a_time(connection_);
    NamedPlace changed = checked(place);
    changed.edit = next_edit();
    Statement update(
        connection_,
        "UPDATE place SET edit = CASE WHEN latitude_e7 = ?2 AND longitude_e7 = ?3 AND radius_cm = "
        "?4 AND corners IS NOT DISTINCT FROM ?5 THEN edit ELSE ?6 END, name = ?1, latitude_e7 = "
        "?2, longitude_e7 = "
        "?3, radius_cm = ?4, corners = ?5 WHERE number = ?7");
    const std::string corners = to_text(changed.corners);
    bind_place(update, changed, corners);
    update.bind(7, place.number);
    update.run();
    require_there();
    Statement forget(connection_,
                     "DELETE FROM presence WHERE place IN (SELECT number FROM place WHERE number = "
                     "?1 AND edit = ?2)");
    forget.bind(1, place.number);
    forget.bind(2, changed.edit);
    forget.run();
}

void Places::remove(std::int64_t number) {
    one_change_at_a_time(connection_);
    Statement remove(connection_, "DELETE FROM place WHERE number = ?1");
    remove.bind(1, number);
    remove.run();
    require_there();
}

void Places::require_there() {
    if (connection_.changed_rows() == 0)
        throw daemon::UsageError("this place is not there any more");
}

const NamedPlace* place_around(const std::vector<NamedPlace>& places, Place here) {
    const NamedPlace* nearest = nullptr;
    double least = 0;
    for (const NamedPlace& place : places) {
        const double distance = distance_m(place.middle, here);
        if (distance > place.radius_m || (nearest && distance >= least)) continue;
        if (!place.corners.empty() && !area_of(place).contains(here)) continue;
        nearest = &place;
        least = distance;
    }
    return nearest;
}

}  // namespace waymark::tracker
