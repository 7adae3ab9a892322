// What people do to devices from the pages, by name:
//
//   device.rename  {"device":1,"name":"alice/phone"} -> {}

#pragma once

#include <span>

#include "services/change_list.hh"

namespace waymark::tracker {

std::span<const NamedChange> device_changes();

}  // namespace waymark::tracker
