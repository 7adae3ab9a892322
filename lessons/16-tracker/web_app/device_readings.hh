// What the page of the devices reads: everything that is known of each device, and who was refused
// lately, in the words of a person.

#pragma once

#include <string>
#include <vector>

#include "services/refusal_list.hh"
#include "store/reader.hh"
#include "web_app/phone_setup.hh"
#include "web_app/viewer.hh"

namespace waymark::tracker {

// A JSON array of those whom the viewer may see:
//   [{"id":1,"name":"alice/phone","may_change":true,"has_token":true,"created":MS,"seen":MS|null,
//     "battery_pct":87|null,"last":{"time":MS,"protocol":"osmand","lat":48.1,"lon":11.5}|null,
//     "keep_days":30|null,
//     "thinning":{"days":30,"minutes":10}|null,"identifiers":["x"],"seen_by":[2]}]
// Of a device that the viewer may not change, identifiers are left out: who knows one can send in
// the device's name. Runs on a thread of the pool, as all readings.
std::string read_device_details(Reader& reader, const Viewer& viewer, UnixMillis now);

// A JSON array of the newest cases of the last hour, the newest first:
//   [{"time":MS,"count":2,"status":403,"reason":"unknown_device","device":0,"protocol":"traccar",
//     "what":"...","cure":"...","address":"192.0.2.7","called":"my-phne"}]
// An admin is told of all; anybody else of devices that he may see, and not from which address.
std::string refusals_to_json(const RefusalList& refused, const Viewer& viewer, UnixMillis now);

// {"setups":[{"key":"osmand","name":"OsmAnd","systems":"Android","where":"...","fields":[{"label":
// "...","value":"..."}],"link":"","code":"","image":"","code_advice":"","note":"","needs":""}]}:
// "image" is the QR code that says what stands in "code".
std::string setups_to_json(const std::vector<PhoneSetup>& setups);

}  // namespace waymark::tracker
