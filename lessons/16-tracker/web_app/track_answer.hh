// Sends a track, in pieces: three hundred thousand fixes are seven megabytes, and neither
// a copy of that nor a moment without a turn for the others is wanted.

#pragma once

#include "net/http/exchange.hh"
#include "net/task.hh"
#include "web_app/track_columns.hh"

namespace waymark::tracker {

// As application/octet-stream.
net::Task<> answer_columns(net::http::Exchange& exchange, const TrackColumns& track);

// For people: {"points":[[time_ms,lat,lon,speed_mps,altitude_m],...],"breaks":[0,...],"stride":1,
// "sampled":false}. What is not known is null; `breaks` are the indexes of the points to which no
// line leads.
net::Task<> answer_track_json(net::http::Exchange& exchange, const TrackColumns& track);

}  // namespace waymark::tracker
