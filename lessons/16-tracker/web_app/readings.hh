// What the pages ask of the database, as JSON or columns. Each of these runs on a thread of the
// pool and touches nothing but what it is given.

#pragma once

#include <cstddef>
#include <string>

#include "fix.hh"
#include "store/reader.hh"
#include "web_app/event_feed.hh"
#include "web_app/local_clock.hh"
#include "web_app/track_columns.hh"
#include "web_app/viewer.hh"

namespace waymark::tracker {

// {"devices":[{"id":1,"name":"alice/phone"}]}
// Of those whom the viewer may see.
std::string read_devices(Reader& reader, const Viewer& viewer);

struct Positions {
    // A place in the feed at which all of this was known. Read first: what is committed meanwhile
    // is then both here and announced, and never neither.
    FeedPlace place;
    std::string list;  // the JSON array
};
// Of each device that the viewer may see and that has one, the newest valid fix that is not ahead
// of `now` by more than a clock's error, and when the device was last heard: by our clock, so not
// after `now`.
Positions read_positions(Reader& reader, const Viewer& viewer, UnixMillis now);

// {"days":[{"day":"2014-09-10","points":1194,"from":MS,"to":MS}]}, the day's first millisecond and
// the next day's. Days are those of the clock.
std::string read_days(Reader& reader, DeviceNumber device, const LocalClock& clock);

// The valid fixes with from <= time < to, thinned out if there are more than `most`.
TrackColumns read_track(Reader& reader, DeviceNumber device, UnixMillis from, UnixMillis to,
                        std::size_t most);

}  // namespace waymark::tracker
