// Which process is the server of a data folder. Its pid file says so, by a lock. Where somebody has
// deleted that file, the control socket does: the kernel tells who listens there. Only where both
// are gone nobody can say.

#pragma once

#include <optional>
#include <string>

#include "daemon/pidfile.hh"
#include "settings.hh"

namespace waymark::tracker {

struct RunningServer {
    daemon::LockedProcess process;
    bool has_pid_file = false;
};

// Nothing if none runs. Throws std::system_error, also where the folder may not be looked into. Not
// to be called by the server for its own pid file (daemon/pidfile.hh).
std::optional<RunningServer> find_running_server(const Settings& settings);

// For who wants to ask the server of this folder, where none runs: throws UsageError with the
// cures.
[[noreturn]] void refuse_without_server(const std::string& folder);

// For who has taken the lock of the pid file: throws UsageError if another server runs all the
// same.
void refuse_second_server(const Settings& settings);

}  // namespace waymark::tracker
