// Sends a track, in pieces: a month of it is sixty megabytes, and neither a copy of that nor a
// second without a turn for the others is wanted.

#pragma once

#include "net/http/exchange.hh"
#include "net/task.hh"
#include "web_app/track_columns.hh"

namespace waymark::tracker {

// As application/octet-stream.
net::Task<> answer_columns(net::http::Exchange& exchange, const TrackColumns& track);

// For people: {"points":[[time_ms,lat,lon,speed_mps,altitude_m],...]}, null where it is not known.
net::Task<> answer_track_json(net::http::Exchange& exchange, const TrackColumns& track);

}  // namespace waymark::tracker
