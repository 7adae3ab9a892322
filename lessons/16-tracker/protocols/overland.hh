// Overland for iOS, and what speaks the same: GPSLogger's and Colota's senders for Dawarich, the
// Dawarich apps. A POST of {"locations":[Feature...]} with many positions, of which each is a
// GeoJSON Feature (RFC 7946): longitude first, speed in m/s, battery from 0 to 1, and -1 for what
// is not known. The device is named by its token (protocols/credentials).
//
//   /overland, /overland/TOKEN            Overland
//   /api/v1/overland/batches?api_key=...  the address that Dawarich has
//
// The phone sends a batch again until the answer is {"result":"ok"}. Beside positions it holds
// visits, pauses and trips: of these nothing is stored, and they are acknowledged with the rest.

#pragma once

#include "protocol.hh"

namespace waymark::tracker {

bool overland_claims(const net::http::Request& request);
void overland_decode(const net::http::Request& request, const DeviceDirectory& devices,
                     UnixMillis now, Decoded& decoded);
// A Feature that was kept in quarantine.
void overland_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                           Decoded& decoded);

}  // namespace waymark::tracker
