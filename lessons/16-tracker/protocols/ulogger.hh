// ulogger for Android: everything goes to /client/index.php, as a form or, with a picture, in
// parts.
//   action=auth&user=...&pass=TOKEN   log-in: a cookie, with which the others come
//   action=addtrack&track=NAME        a number for a new track
//   action=addpos&trackid=...&time=...&lat=...&lon=...
// The password is the device's token; what stands for the user does not matter. The answer is JSON
// with a member `error`; the app sends its points one by one, and the next one only after "false".
//
// A track's number is made of its name, and is stored with each position; the name is not, nor is a
// picture. HEAD is the app's way to ask whether the server is there.

#pragma once

#include "protocol.hh"

namespace waymark::tracker {

// The app asks whether the server is there.
bool ulogger_is_ping(const net::http::Request& request);

bool ulogger_claims(const net::http::Request& request);
void ulogger_decode(const net::http::Request& request, const DeviceDirectory& devices,
                    UnixMillis now, Decoded& decoded);
void ulogger_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                          Decoded& decoded);

}  // namespace waymark::tracker
