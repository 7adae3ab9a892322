// Reads devices from a JSON file, for `tracker device import`:
//   {"devices": {"NAME": {"token": "...", "traccar_id": "...", "speed_unit": "kmh"}, ...}}
// or the same within a member "fixture". Identifiers are traccar_id, nmea_id and opengts_id; what
// else a device has belongs to protocols that are not there yet, and is passed over.

#pragma once

#include <string>
#include <vector>

#include "store/devices.hh"

namespace waymark::tracker {

// Throws UsageError for a file that cannot be read, is not JSON or has another form.
std::vector<NewDevice> read_device_file(const std::string& path);

}  // namespace waymark::tracker
