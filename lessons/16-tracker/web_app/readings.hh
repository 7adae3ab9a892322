// What the pages ask of the database, as JSON or columns. Each of these runs on a thread of the
// pool and touches nothing but what it is given.

#pragma once

#include <string>

#include "fix.hh"
#include "store/reader.hh"
#include "web_app/event_feed.hh"
#include "web_app/viewer.hh"

namespace waymark::tracker {

// {"devices":[{"id":1,"name":"alice/phone","may_change":true}]}
// Of those whom the viewer may see.
std::string read_devices(Reader& reader, const Viewer& viewer);

struct Positions {
    // A place in the feed at which all of this was known (place_of_reading).
    FeedPlace place;
    std::string list;  // the JSON array
};
// A place in the feed at which all is known that is read after this call: what is committed
// meanwhile is then both read and announced, and never neither. `newest` is the feed's own newest
// place, taken before: where several trackers write the database (PostgreSQL), the feed counts for
// itself.
FeedPlace place_of_reading(Reader& reader, FeedPlace newest);

// Of each device that the viewer may see and that has one, the newest valid fix that is not ahead
// of `now` by more than a clock's error, and when the device was last heard: by our clock, so not
// after `now`.
Positions read_positions(Reader& reader, const Viewer& viewer, FeedPlace newest, UnixMillis now);

}  // namespace waymark::tracker
