// A service manager starts the server as the user of its unit, who is not in the server's settings,
// and root who runs `tracker check` may read everything: a key that the service cannot read would
// look right. Whose the data folder is, as that user the server of that folder runs.

#pragma once

#include <functional>
#include <string>

#include "settings.hh"

namespace waymark::tracker {

// The owner of the data folder, where root asks and has not said with --user whom a server that
// root starts itself becomes. "" where there is no such owner: root's own folder, nobody's, one
// that is not there, or that of a number without a name.
std::string user_of_service(const Settings& settings);

// Runs `look` in a process that has become `user`, with all groups that user is in, as a service
// manager starts one. Throws what it threw, UsageError or std::runtime_error with its words and as
// whom it looked. To be called before there are threads.
void look_as_service(const std::string& user, const std::function<void()>& look);

}  // namespace waymark::tracker
