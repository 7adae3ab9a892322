// What messages are given that do not say it themselves, the name of this machine and the time in
// its zone, and the messages of the relay itself.

#pragma once

#include <string>
#include <string_view>

#include "timestamp.hh"

namespace waymark::logrelay {

// gethostname(2), as a field of RFC 5424; "localhost" if it cannot be one.
std::string own_host_name();

// With microseconds.
Timestamp local_now();

// A line of RFC 5424 by this program, of now: facility "syslog", a warning; `kind` is its MSGID.
std::string own_message(std::string_view host, std::string_view kind, std::string_view text);

}  // namespace waymark::logrelay
