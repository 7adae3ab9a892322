#include "orphans.hh"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "daemon/error.hh"

namespace waymark::httpd {

void inherit_orphans() {
    daemon::check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl PR_SET_CHILD_SUBREAPER");
}

// Whoever is in a group that its leader has left is found in one of the next calls: with its
// leader's end it is inherited, too.
void end_orphans(const std::vector<pid_t>& ours) {
    std::ifstream children("/proc/thread-self/children");
    for (pid_t child = 0; children >> child;) {
        if (std::ranges::find(ours, child) != ours.end()) continue;
        ::kill(-child, SIGKILL);
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, WNOHANG);
    }
}

}  // namespace waymark::httpd
