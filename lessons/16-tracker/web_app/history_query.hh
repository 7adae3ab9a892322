// The queries of the history page as values: each bound is looked at here, and what is wrong is one
// sentence that names its parameter.

#pragma once

#include "web_app/query.hh"
#include "web_app/track_reading.hh"

namespace waymark::tracker {

inline constexpr std::size_t kMostPoints = TrackLimits::kMostRows;

DeviceNumber read_device(Query& query);

// Sets device, from and to.
TrackRequest read_span_request(Query& query);

// The whole of it; `view` is there if one of its parameters is.
TrackRequest read_track_request(Query& query);

}  // namespace waymark::tracker
