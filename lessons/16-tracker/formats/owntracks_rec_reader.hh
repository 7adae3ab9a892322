// The .rec files of OwnTracks Recorder: lines of a time, a tab, what the line is, a tab, and the
// message in JSON. Read are those that are a location ("*"); others say no place and are passed
// over. The time of a position is its own (tst), not that at which the line was written.
//   2026-01-10T07:00:00Z\t*                 \t{"_type":"location","lat":48.1,...}

#pragma once

#include <memory>
#include <string_view>

#include "formats/imported_points.hh"
#include "formats/track_reader.hh"

namespace waymark::tracker {

std::unique_ptr<TrackReader> make_owntracks_rec_reader(ImportedPoints& points);

bool is_owntracks_rec_line(std::string_view line);

}  // namespace waymark::tracker
