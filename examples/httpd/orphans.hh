// Programs whose worker has died. A worker ends its programs itself (net/http/cgi), unless it
// crashed, or was ended because its time was over. Then they would belong to init, and go on for
// ever: so the parent of the workers takes the place of init for all that descend from it
// (prctl(2), PR_SET_CHILD_SUBREAPER), and ends whom it inherits.

#pragma once

#include <sys/types.h>

#include <vector>

namespace waymark::httpd {

// From now on this process inherits. Throws std::system_error.
void inherit_orphans();

// Kills the process groups of all children of the calling thread that are not `ours`, and collects
// those that have ended. To be called for each SIGCHLD, and at the end with none of ours.
void end_orphans(const std::vector<pid_t>& ours);

}  // namespace waymark::httpd
