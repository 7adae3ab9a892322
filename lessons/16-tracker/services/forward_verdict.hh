// What the answer of another server means for a fix that was sent to it.

#pragma once

#include <string>

#include "net/http/client.hh"

namespace waymark::tracker {

enum class ForwardVerdict {
    sent,     // 2xx: it is the other server's now
    at_once,  // an idle connection had been closed: nothing is wrong
    later,    // nobody answers, it cannot now, or it is no server for this: all fixes wait
    refused,  // it says that it will never take this fix
};

// Of the answers 4xx only those are about one fix that say so: 400, 403 (a device that is not known
// there), 409, 413, 414 and 422. A server that is not found, moved or asks who we are is one that a
// person must look at, and no fix is given up for it.
ForwardVerdict verdict_of(const net::http::ExchangeResult& result);

// One line, for the log and the page: why it was not sent.
std::string explain_forward(const net::http::ExchangeResult& result);

}  // namespace waymark::tracker
