// Places that have a name: circles and polygons, which belong to the household. A stay is called
// after the place it lies in, and who comes or goes there is told of it (store/place_watch). A
// number is never given out again, so that what happened at a place can refer to it.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/connection.hh"
#include "trips/place_area.hh"
#include "unix_time.hh"

namespace waymark::tracker {

struct NamedPlace {
    std::int64_t number = 0;
    std::string name;
    // Of a polygon as PlaceArea has them; what was given counts for nothing.
    Place middle;
    double radius_m = 0;
    std::vector<Place> corners{};  // none: a circle
    // The number of the edit that made its ground what it is; who was where before is not known.
    std::int64_t edit = 0;
};

// Throws UsageError for a ground that is none.
PlaceArea area_of(const NamedPlace& place);

class Places {
  public:
    static constexpr std::int64_t kMost = 500;

    explicit Places(Connection& connection) : connection_(connection) {}

    // By name.
    std::vector<NamedPlace> list();
    // Its number; number and edit of `place` count for nothing. All of these throw UsageError for
    // what a person must correct: a name that is taken or not allowed, a ground that is none, a
    // place that is not there, too many.
    std::int64_t add(const NamedPlace& place, UnixMillis now);
    void change(const NamedPlace& place);
    void remove(std::int64_t number);

  private:
    NamedPlace checked(NamedPlace place);
    std::int64_t next_edit();
    void require_there();

    Connection& connection_;
};

// The place on whose ground this lies; of several the one whose middle is nearest. nullptr if it
// lies in none.
const NamedPlace* place_around(const std::vector<NamedPlace>& places, Place here);

// Throws UsageError unless the name has 1 to 64 bytes of UTF-8 without control characters, and no
// space at either end.
void check_place_name(std::string_view name);

}  // namespace waymark::tracker
