// OpenGTS's gprmc form, as GPSLogger and old trackers send it:
//   /opengts?id=DEVICE&dev=DEVICE&acct=...&batt=64&alt=2.5&gprmc=$GPRMC,...*2D
// The device is named by its identifier in `id` or `dev`, or by its token in either, or in the
// path, /opengts/TOKEN. Place, time, speed in knots and course are those of the NMEA sentence; its
// checksum is not asked, because HTTP has its own, and GPSLogger's longitudes are not padded.

#pragma once

#include "protocol.hh"

namespace waymark::tracker {

bool opengts_claims(const net::http::Request& request);
void opengts_decode(const net::http::Request& request, const DeviceDirectory& devices,
                    UnixMillis now, Decoded& decoded);
void opengts_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                          Decoded& decoded);

}  // namespace waymark::tracker
