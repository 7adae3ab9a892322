// Places that have a name: circles, which belong to the household. A stay is called after the place
// it lies in. A number is never given out again, so that what happened at a place can refer to it.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite.hh"
#include "trips/geography.hh"
#include "unix_time.hh"

namespace waymark::tracker {

struct NamedPlace {
    std::int64_t number = 0;
    std::string name;
    Place middle;
    double radius_m = 0;
};

// Smaller is less than a phone's error, larger a country.
inline constexpr double kSmallestPlaceM = 20, kLargestPlaceM = 50'000;

class Places {
  public:
    static constexpr std::int64_t kMost = 500;

    explicit Places(Connection& connection) : connection_(connection) {}

    // By name.
    std::vector<NamedPlace> list();
    // Its number; that of `place` counts for nothing. All of these throw UsageError for what a
    // person must correct: a name that is taken or not allowed, a circle that is too small or
    // large, a place that is not there, too many.
    std::int64_t add(const NamedPlace& place, UnixMillis now);
    void change(const NamedPlace& place);
    void remove(std::int64_t number);

  private:
    void check(const NamedPlace& place);
    void require_there();

    Connection& connection_;
};

// The place in whose circle this lies; of several the one whose middle is nearest. nullptr if it
// lies in none.
const NamedPlace* place_around(const std::vector<NamedPlace>& places, Place here);

// Throws UsageError unless the name has 1 to 64 bytes of UTF-8 without control characters, and no
// space at either end.
void check_place_name(std::string_view name);

}  // namespace waymark::tracker
