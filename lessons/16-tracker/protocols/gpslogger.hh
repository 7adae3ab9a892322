// GPSLogger for Android, "log to custom URL", by token:
//   /gpslogger/TOKEN?%ALL
//   /gpslogger/TOKEN?lat=%LAT&longitude=%LON&time=%TIME&s=%SPD
// The user writes the URL, so the names are those that the app's own help suggests. Speed is in
// m/s, except what is called spd_kph, which is kept as it is. The fields may be in the body
// instead. The app's other senders have protocols of their own: opengts, and overland for Dawarich.

#pragma once

#include "protocol.hh"

namespace waymark::tracker {

bool gpslogger_claims(const net::http::Request& request);
void gpslogger_decode(const net::http::Request& request, const DeviceDirectory& devices,
                      UnixMillis now, Decoded& decoded);
void gpslogger_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                            Decoded& decoded);

}  // namespace waymark::tracker
