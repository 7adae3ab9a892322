// Process 1 of a host: gives the host its name, its files and its settings, and from then on
// collects whoever has lost his parent in there. It lives as long as the keeper, to the moment: the
// kernel kills it when the keeper ends, however that was, and with it all processes of the host.

#pragma once

#include <sys/types.h>

#include <string>

#include "daemon/fd.hh"
#include "plan.hh"

namespace waymark::lab {

struct StartedHost {
    Host host;
    pid_t pid = 0;            // of its process 1, as the keeper sees it
    daemon::Fd process = {};  // the same, as a pidfd
};

// Starts a host as a child of this process, which has rights in its user namespace and is
// `keeper`, a pidfd. `hosts_path` is a file that the host sees as /etc/hosts. Returns when the host
// can be used. Throws std::system_error, or std::runtime_error with what its process 1 has said.
StartedHost start_host(const Host& host, const daemon::Fd& keeper, const std::string& hosts_path);

}  // namespace waymark::lab
