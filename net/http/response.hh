// An answer as a client holds it, and the rules by which its head is read (RFC 9112, 4 to 6): what
// response_reader, which blocks, and response_parser, which is handed bytes, have in common.
//
// A server is a peer like any other: every line, the number of fields and the body have a bound,
// and a length that is told in two ways is refused.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

enum class ResponseStatus : std::uint8_t {
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
    static constexpr int kMostInformational = 15;  // answers (1xx) before the final one
    std::size_t body = std::size_t{1} << 20;
};

// "HTTP/1.1 200 OK" into a fresh response; the reason may be missing, and the space before it too.
// `complete` or `malformed`.
ResponseStatus add_status_line(std::string_view line, Response& response);
// "Name: value", behind those that it has.
ResponseStatus add_field(std::string_view line, Response& response);

// How the body's end is told.
struct ResponseBody {
    enum class Kind : std::uint8_t { none, length, chunked, until_end };
    Kind kind = Kind::none;
    std::uint64_t length = 0;  // for Kind::length, where it may be 0
};
// Once the last field is there: nothing for a head that tells it in two ways or in none that we
// understand. `method` is the request's, because an answer to HEAD has no body whatever its fields
// say. Settles whether the connection is kept.
std::optional<ResponseBody> find_body(std::string_view method, Response& response);

}  // namespace waymark::net::http
