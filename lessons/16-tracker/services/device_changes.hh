// What people do to devices from the pages, by name:
//
//   device.add                {"name":"alice/phone","identifiers":["x"]} ->
//   {"device":1,"token":"..."} device.rename             {"device":1,"name":"alice/phone"} -> {}
//   device.token              {"device":1} -> {"token":"..."}; the old one is refused from now on
//   device.add_identifier     {"device":1,"identifier":"x"} -> {}
//   device.remove_identifier  {"device":1,"identifier":"x"} -> {}
//   device.share              {"viewer":1,"seen":2,"may_see":true} -> {}
//   device.retention          {"device":1,"days":30} -> {}; without days its positions are kept for
//                             ever. What is older goes bit by bit (services/retention_run)
//   device.thinning           {"device":1,"days":30,"minutes":10} -> {}; without days and minutes
//                             nothing is thinned out (store/thinning)
//   device.remove             {"device":1} -> {}; its positions go bit by bit (services/removals)

#pragma once

#include <span>

#include "services/change_list.hh"

namespace waymark::tracker {

std::span<const NamedChange> device_changes();

}  // namespace waymark::tracker
