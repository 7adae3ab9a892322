// Traccar Client 9.0 to 9.x: one JSON object on "/", as its location library writes it:
//   {"device_id":"48241179","location":{"timestamp":"2025-07-21T08:06:34Z",
//     "coords":{"latitude":45.5,"longitude":9.2,"accuracy":4,"speed":18,"heading":63,"altitude":35},
//     "battery":{"level":0.79,"is_charging":false},"event":"motionchange","extras":{}}}
// Speed is in m/s here, unlike in the form of the same app; -1 stands for unknown; the level of the
// battery is 0 to 1. `location` may also be an array. A location without coords is a heartbeat.
//
// Nobody writes such a message by hand. So a value of another type, or one that is no JSON at all
// (protocols/mended_json), is not refused: it is unknown, or sends its point to quarantine where it
// is the place. What is nested deeper than 16 levels is not looked at.

#pragma once

#include "protocol.hh"

namespace waymark::tracker {

// By the body: Content-Type says JSON, or it begins like an object; and no query, which would be
// the message.
bool traccar_json_claims(const net::http::Request& request);
void traccar_json_decode(const net::http::Request& request, const DeviceDirectory& devices,
                         UnixMillis now, Decoded& decoded);
// `raw` is one location, in the object above without device_id.
void traccar_json_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                               Decoded& decoded);

}  // namespace waymark::tracker
