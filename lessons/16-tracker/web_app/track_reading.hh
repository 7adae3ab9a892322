// Reads what a page shows of a track: in bounded time and memory, however long the span is and
// however many fixes lie in it.
//
// Up to kMostRows rows (200,000 where fewer are asked for) are read as they are. A span with more
// is sampled (sampled_track.hh). With a box and a zoom of the map what comes back is what can be
// seen there (visible_line.hh); without them it is the whole span, thinned out (track_columns.hh)
// if it has more than `most` fixes.

#pragma once

#include <cstddef>
#include <optional>

#include "store/reader.hh"
#include "web_app/mercator.hh"
#include "web_app/sampled_track.hh"
#include "web_app/track_columns.hh"

namespace waymark::tracker {

struct TrackView {
    MapBox box;
    double tolerance = 0;  // a length on the map of mercator.hh
};

// Half a pixel at that zoom.
double tolerance_of_zoom(double zoom);

struct TrackRequest {
    DeviceNumber device = 0;
    UnixMillis from = 0;  // from <= time < to
    UnixMillis to = 0;
    std::size_t most = 0;  // fixes that come back; 2 or more
    std::optional<TrackView> view;
};

struct TrackLimits {
    static constexpr std::size_t kMostRows = 300'000;

    std::size_t rows = kMostRows;  // that are read as they are
    // The same where only a part of them comes back: it is thinned out of all, which are held.
    std::size_t thinned_rows = 200'000;
    SampleLimits samples = {};
};

// The valid fixes. Throws StoreError.
TrackColumns read_track(Reader& reader, const TrackRequest& request,
                        const TrackLimits& limits = {});

}  // namespace waymark::tracker
