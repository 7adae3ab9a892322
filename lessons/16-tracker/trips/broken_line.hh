// A phone in a tunnel: sends a request on a connection and breaks it in one of the ways in which
// networks do, so that whether the server has taken the request is not known. For replays that must
// prove that nothing is lost and nothing is stored twice.

#pragma once

#include <string_view>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "trips/route.hh"

namespace waymark::tracker {

enum class Break {
    close_in_request,     // after a part of it
    reset_in_request,     // the same with RST instead of FIN (SO_LINGER 0, socket(7))
    close_before_answer,  // after all of it
    reset_before_answer,
    close_in_answer,  // after the answer's first bytes
};

Break choose_break(Random& random);

// Sends what `how` says and ends `connection`.
void send_and_break(daemon::Fd connection, std::string_view request, Break how, Random& random,
                    daemon::Deadline deadline);

}  // namespace waymark::tracker
