// Positions of a file that somebody gives to a page. The web app reads the file and hands on what
// it finds, a message at a time, so neither it nor the store ever holds more than that.
//
//   fixes.import  {"device":1,"batch":"...","last":false}
//                 -> {"stored":400,"already":7}
//
// "batch" is base64 of a batch of fixes as receivers send it (services/messages), and may be left
// out; its device numbers do not count. With "last" true, pages and phones are told that there is
// more to see, and the audit log has a line with the number "stored_in_all".

#pragma once

#include <span>
#include <string>
#include <vector>

#include "services/change_list.hh"

namespace waymark::tracker {

// Fixes of one message, as base64 that fits into the change's. Takes as many from the front of
// `fixes`, from `begin` on, as there is room for, and sets `begin` behind them.
std::string pack_import(const std::vector<Fix>& fixes, std::size_t& begin);

std::span<const NamedChange> import_changes();

}  // namespace waymark::tracker
