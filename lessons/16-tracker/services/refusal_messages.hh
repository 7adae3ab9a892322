// How a receiver tells of messages that were refused or sent into quarantine: to the store, which
// passes it on to the web app. The owner reads it there on the page of the devices.

#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "services/messages.hh"
#include "services/refusal_list.hh"

namespace waymark::tracker {

// In as many messages as it takes; the newest first, as in the list. A text that is longer than any
// of ours is cut.
std::vector<std::string> write_refused(const std::deque<RefusalCase>& cases);

// False for a message that is cut short or has something left over.
bool read(std::string_view message, std::vector<RefusalCase>& cases);

}  // namespace waymark::tracker
