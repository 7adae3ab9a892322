#include "store/places.hh"

#include <fmt/core.h>

#include <cmath>

#include "daemon/error.hh"

namespace waymark::tracker {

namespace {

constexpr double kPlaceE7 = 1e7;

void bind_circle(Statement& statement, const NamedPlace& place) {
    statement.bind_text(1, place.name);
    statement.bind(2, std::llround(place.middle.latitude_deg * kPlaceE7));
    statement.bind(3, std::llround(place.middle.longitude_deg * kPlaceE7));
    statement.bind(4, std::llround(place.radius_m * 100));
}

}  // namespace

std::vector<NamedPlace> Places::list() {
    Statement select(connection_,
                     "SELECT number, name, latitude_e7, longitude_e7, radius_cm FROM place "
                     "ORDER BY name");
    std::vector<NamedPlace> places;
    while (select.step())
        places.push_back({select.integer(0),
                          std::string(select.text(1)),
                          {static_cast<double>(select.integer(2)) / kPlaceE7,
                           static_cast<double>(select.integer(3)) / kPlaceE7},
                          static_cast<double>(select.integer(4)) / 100});
    return places;
}

void Places::check(const NamedPlace& place) {
    check_place_name(place.name);
    if (!(std::abs(place.middle.latitude_deg) <= 90) ||
        !(std::abs(place.middle.longitude_deg) <= 180))
        throw daemon::UsageError("the place is not on the earth");
    if (!(place.radius_m >= kSmallestPlaceM && place.radius_m <= kLargestPlaceM))
        throw daemon::UsageError(fmt::format("the radius must be from {} m to {} km",
                                             kSmallestPlaceM, kLargestPlaceM / 1000));
    Statement same(connection_, "SELECT 1 FROM place WHERE name = ?1 AND number != ?2");
    same.bind_text(1, place.name);
    same.bind(2, place.number);
    if (same.step())
        throw daemon::UsageError(
            fmt::format("there is a place {} already: choose another name", place.name));
}

std::int64_t Places::add(const NamedPlace& place, UnixMillis now) {
    NamedPlace fresh = place;
    fresh.number = 0;
    check(fresh);
    if (connection_.number("SELECT count(*) FROM place") >= kMost)
        throw daemon::UsageError(
            fmt::format("there are {} places already: remove one first", kMost));
    Statement insert(connection_,
                     "INSERT INTO place (name, latitude_e7, longitude_e7, radius_cm, created_ms) "
                     "VALUES (?1, ?2, ?3, ?4, ?5)");
    bind_circle(insert, fresh);
    insert.bind(5, now);
    insert.run();
    return connection_.last_row();
}

void Places::change(const NamedPlace& place) {
    check(place);
    Statement update(connection_,
                     "UPDATE place SET name = ?1, latitude_e7 = ?2, longitude_e7 = ?3, "
                     "radius_cm = ?4 WHERE number = ?5");
    bind_circle(update, place);
    update.bind(5, place.number);
    update.run();
    require_there();
}

void Places::remove(std::int64_t number) {
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
        nearest = &place;
        least = distance;
    }
    return nearest;
}

}  // namespace waymark::tracker
