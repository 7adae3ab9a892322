// The tracker's life from its command line to its end, in order: check, lock, leave the terminal,
// bind the ports, give root away, start the services, wait for signals, stop.
//
// SIGTERM, SIGINT and SIGQUIT stop it in good order; a second one ends everything at once. SIGHUP
// reads the configuration again, as daemons do, except in the foreground of a terminal: there it
// says that the terminal is gone, and the server stops, unless nohup(1) started it. `tracker
// reload` reads again wherever it runs.

#pragma once

#include <functional>

#include "settings.hh"

namespace waymark::tracker {

// Runs until the server has been told to stop; returns an exit code. In the background the calling
// process ends as soon as the server listens, or with what kept it from that. `read_again` gives
// the settings anew for `tracker reload` and throws UsageError for what is wrong with them.
int serve(Settings settings, const std::function<ReadAgain()>& read_again);

}  // namespace waymark::tracker
