// Reads what senders send into a SyslogMessage. The three forms are told apart by their beginning:
// "<PRI>1 " is RFC 5424, "<PRI>" and anything else is RFC 3164, and without "<PRI>" it is only
// text. A message that begins as one and is not is read as the next.
//
// RFC 3164 describes what was seen in the wild, so the wild decides: no host from a local socket, a
// tag without a time, a time in the form of RFC 5424 (rsyslog's RSYSLOG_ForwardFormat). What is not
// surely a host or a tag stays in the text.

#pragma once

#include <string_view>

#include "syslog_message.hh"

namespace waymark::logrelay {

struct Arrival {
    bool is_local = false;  // from a local socket, where RFC 3164's form names no host
    std::string_view host;  // for a message that names none; a field of RFC 5424 or empty
    Timestamp now;          // for one that tells no time, and for the year and the zone of RFC 3164
};

// `bytes` is a datagram, or the content of a frame. A line end or NUL behind it is no part of the
// message. Whatever the bytes are, the message keeps the bounds of SyslogMessage.
SyslogMessage read_syslog(std::string_view bytes, const Arrival& arrival);

}  // namespace waymark::logrelay
