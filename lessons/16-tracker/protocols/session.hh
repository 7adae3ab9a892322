// What some apps get at a log-in and send again with each message, in place of the password. It
// names the device and an end, and is sealed with what the server knows of the device's token: so
// nothing of it is kept, every receiver knows it, and a new token makes it worthless.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol.hh"

namespace waymark::tracker {

// "7.1768478400.SEAL", without a character that a cookie or a form would have to escape. `purpose`
// tells one app's sessions from another's. "" for a device without a token.
std::string make_session(std::string_view purpose, DeviceNumber device, UnixMillis until,
                         const DeviceDirectory& devices);

// The device of a session that this server gave out for this purpose, and that has not ended.
std::optional<KnownDevice> find_session(std::string_view purpose, std::string_view session,
                                        UnixMillis now, const DeviceDirectory& devices);

}  // namespace waymark::tracker
