// How the tracker's processes log: all to the same place, each under its own name.

#pragma once

#include <string>

#include "daemon/log.hh"
#include "settings.hh"

namespace waymark::tracker {

// stderr in the foreground, else the file tracker.log in the data folder, unless the settings say
// "stderr", "syslog" or a path.
daemon::LogOptions log_options(const Settings& settings, std::string program);

// Whether `descriptor` is the stream that JOURNAL_STREAM names as "DEVICE:INODE" (systemd.exec(5)).
// The variable alone proves nothing: it is inherited by who has led its stderr elsewhere.
bool is_journal_stream(const char* journal_stream, int descriptor);

}  // namespace waymark::tracker
