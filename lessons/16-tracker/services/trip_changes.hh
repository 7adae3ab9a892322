// What people say of trips and stays on the pages, by name (trips/segment_corrections.hh). The
// answer names the correction, by which it is undone.
//
//   trip.on_the_way  {"device":1,"at":MS} -> {"correction":7}
//   trip.stayed      {"device":1,"at":MS} -> {"correction":8}
//   trip.split       {"device":1,"at":MS} -> {"correction":9}
//   trip.undo        {"device":1,"correction":7} -> {}
//
// And the places that have a name:
//
//   place.add     {"name":"Home","lat":48.14,"lon":11.57,"radius_m":75} -> {"place":3}
//                 or, for a polygon, {"name":"Park","corners":[[48.14,11.57],...]}
//   place.change  the same with "place":3 -> {}
//   place.remove  {"place":3} -> {}

#pragma once

#include <span>

#include "services/change_list.hh"

namespace waymark::tracker {

std::span<const NamedChange> trip_changes();

}  // namespace waymark::tracker
