// Colota for Android, its own form: a POST of one JSON object to /colota/TOKEN, speed in m/s. The
// token may also be in the query or in the field Authorization (protocols/credentials). For its
// other forms the app has templates; they go to the protocols that they are made for.

#pragma once

#include "protocol.hh"

namespace waymark::tracker {

bool colota_claims(const net::http::Request& request);
void colota_decode(const net::http::Request& request, const DeviceDirectory& devices,
                   UnixMillis now, Decoded& decoded);
void colota_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                         Decoded& decoded);

}  // namespace waymark::tracker
