// Reads devices from a JSON file, for `tracker device import`:
//   {"devices": {"NAME": {"token": "...", "traccar_id": "...", "speed_unit": "kmh"}, ...}}
// or the same within a member "fixture". Identifiers are traccar_id, nmea_id, opengts_id, and
// USER/DEVICE of "owntracks": {"user", "device", "secretbox_passphrase"}, whose pass phrase is the
// key of what it encrypts. Passwords are passed over: that is the token in every app.

#pragma once

#include <string>
#include <vector>

#include "store/devices.hh"

namespace waymark::tracker {

// Throws UsageError for a file that cannot be read, is not JSON or has another form.
std::vector<NewDevice> read_device_file(const std::string& path);

}  // namespace waymark::tracker
