// What OwnTracks is answered: the devices that the sender may see, with their last places.

#pragma once

#include <string>

#include "protocol.hh"

namespace waymark::tracker {

// A JSON array, "[]" where there is nobody to tell of. Who has sent it encrypted gets
// {"_type":"encrypted","data":...} that holds the array, if there is somebody; and none of the
// places where the key is not known here.
std::string friends_answer(const KnownDevice& device, const DeviceDirectory& devices, bool in_box);

}  // namespace waymark::tracker
