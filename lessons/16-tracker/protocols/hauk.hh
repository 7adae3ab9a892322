// Hauk for Android, which shows for a while where one is:
//   /api/create.php  pwd=TOKEN&dur=SECONDS&int=SECONDS...   begins, answers "OK" and a session id
//   /api/post.php    sid=SESSION&lat=...&lon=...&time=...   one position
//   /api/stop.php    sid=SESSION                            ends; nothing need be done
// The password is the device's token; what stands for the user does not matter. The answers are
// lines of text, of which the first is "OK" or what the app shows to its user.
//
// What is stored is a track like any other's: who may see it is decided here and not in the app, so
// the link that the app shows leads to a page that says so. Group shares and end-to-end encryption
// are refused at the beginning, for a position that nobody here can read is none.

#pragma once

#include "protocol.hh"

namespace waymark::tracker {

bool hauk_claims(const net::http::Request& request);
void hauk_decode(const net::http::Request& request, const DeviceDirectory& devices, UnixMillis now,
                 Decoded& decoded);
void hauk_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                       Decoded& decoded);

}  // namespace waymark::tracker
