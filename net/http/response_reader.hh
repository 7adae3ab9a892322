// Reads one answer from a server: status line, fields and body, however the body's end is told
// (RFC 9112, 4 to 7). The twin of request_parser for programs that ask and may wait: it blocks,
// with one deadline for the whole answer, and copies, because a client holds one answer at a time.
//
// A server is a peer like any other: every line, the number of fields and the body have a bound, a
// length that is told in two ways is refused, and informational answers without end as well.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/line_reader.hh"

namespace waymark::net::http {

struct ResponseField {
    std::string name;
    std::string value;
};

struct Response {
    int status = 0;
    std::vector<ResponseField> fields;
    std::string body;  // with transfer coding removed
    bool keeps_alive = false;

    // The first field of that name, in any case.
    std::optional<std::string_view> field(std::string_view name) const;
};

enum class ResponseStatus {
    complete,
    not_begun,  // the connection ended or broke before the first byte
    cut,        // it ended or broke in the middle
    timed_out,
    malformed,
    too_large,
};

struct ResponseLimits {
    static constexpr std::size_t kLongestLine = 8 * 1024;
    static constexpr std::size_t kMostFields = 100;
    std::size_t body = std::size_t{1} << 20;
};

// The next final answer into `response`; 1xx answers before it are passed over. `method` is the
// request's, because an answer to HEAD has no body whatever its fields say. After anything but
// `complete` the connection is out of step: close it.
ResponseStatus read_response(LineReader& reader, std::string_view method, ResponseLimits limits,
                             Deadline deadline, Response& response);

}  // namespace waymark::net::http
