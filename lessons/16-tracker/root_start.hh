// A start by root: root binds the ports, and then the server becomes another user for good.

#pragma once

#include <string>

#include "settings.hh"

namespace waymark::tracker {

// Whom root becomes: --user, or nobody. "" where nothing is given away.
std::string user_to_become(const Settings& settings);

// Gives that user the data folder, and becomes it, with its own HOME. Throws UsageError if it cannot reach the folder.
void give_root_away(const Settings& settings);

}  // namespace waymark::tracker
