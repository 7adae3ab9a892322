// Conditional requests: whether what the client has is still good (RFC 9110, 13). The fields are
// weighed in the order of section 13.2.2; a date is never looked at where a tag decides.

#pragma once

#include <cstdint>
#include <ctime>
#include <string_view>

#include "net/http/message.hh"

namespace waymark::net::http {

// By what a state of a document is told from another.
struct Validators {
    std::string_view entity_tag;  // with its quotes; strong
    std::time_t last_modified = 0;
};

enum class PreconditionResult : std::uint8_t {
    send,          // answer as if there were no condition
    not_modified,  // 304 (for GET and HEAD; others: 412)
    failed,        // 412
};

// For a document that exists.
PreconditionResult weigh_preconditions(const Request& request, const Validators& document);

// Whether a Range may be obeyed: there is no If-Range, or it has the tag of this state. A date
// there never does: a file may have had two states within its second (RFC 9110, 8.8.2.2).
bool range_applies(const Request& request, const Validators& document);

}  // namespace waymark::net::http
