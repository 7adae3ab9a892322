// What the store says of comings and goings (services/messages.hh): to the web app, which devices
// there is news of; to the caller, what it shall post to web hooks, and what it answers.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/messages.hh"
#include "store/web_hooks.hh"

namespace waymark::tracker {

// False for a message that is cut short or has something left over.
bool read(std::string_view message, std::vector<DeviceNumber>& passed);
bool read(std::string_view message, HookPost& post);
bool read(std::string_view message, HookAnswer& answer);

// Each device once. In as many messages as it takes.
std::vector<std::string> write_passages(const std::vector<PlaceEvent>& events);
std::string write(const HookPost& post);
std::string write(const HookAnswer& answer);

}  // namespace waymark::tracker
