// One command on one host: the process in between, which goes into the host's namespaces, starts
// the command there and waits for it.

#pragma once

#include <string>
#include <vector>

#include "host_init.hh"

namespace waymark::lab {

using Words = std::vector<std::string>;  // a program and its arguments

// To be called in a child without threads, which ends with what this returns: the command's exit
// code; 128 and the signal's number if one killed it; 100, and a line on stderr, if there is no such
// program. SIGTERM and SIGHUP are passed on to the command; SIGINT and SIGQUIT come to both from the
// terminal, and only the command heeds them. Throws std::system_error.
int run_on_host(const StartedHost& host, const Words& words);

}  // namespace waymark::lab
