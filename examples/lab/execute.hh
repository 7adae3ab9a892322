// Commands on hosts. What runs is a member of the host: it sees the host's network, name, files and
// processes, and the terminal of whoever typed `lab exec`. SIGTERM and SIGHUP to `lab exec` are
// passed on to it; when `lab exec` is killed, it is killed, too. What it leaves in the background
// belongs to the host, and ends with it.

#pragma once

#include <string>
#include <vector>

#include "host_command.hh"
#include "state.hh"

namespace waymark::lab {



// On one host, with our stdin, stdout and stderr, in the folder of the same name as ours. Returns
// its exit code; 128 and the signal's number if one killed it; 100, and a line on stderr, if there
// is no such program. Throws std::system_error.
int execute(const StartedHost& host, const Words& words);

// On all at once, without stdin. Each line of theirs comes out whole, behind the host's name; one of
// more than 64 KiB in pieces. Returns the greatest exit code. Throws std::system_error.
int execute_on_all(const std::vector<const StartedHost*>& hosts, const Words& words);


}  // namespace waymark::lab
