// Reads one answer from a server: status line, fields and body, however the body's end is told
// (RFC 9112, 4 to 7). The twin of request_parser for programs that ask and may wait: it blocks,
// with one deadline for the whole answer, and copies, because a client holds one answer at a time.
// For an event loop there is response_parser.
//
// Its bounds are those of net/http/response; informational answers without end are refused too.

#pragma once

#include <string_view>

#include "net/http/response.hh"
#include "net/line_reader.hh"

namespace waymark::net::http {

// The next final answer into `response`; 1xx answers before it are passed over. `method` is the
// request's, because an answer to HEAD has no body whatever its fields say. After anything but
// `complete` the connection is out of step: close it.
ResponseStatus read_response(LineReader& reader, std::string_view method, ResponseLimits limits,
                             Deadline deadline, Response& response);

}  // namespace waymark::net::http
