// The head of what a CGI program answers (RFC 3875, 6): field lines up to an empty one, each ended
// by LF or CRLF. Bytes in, values out. What the program may not decide, how a message is framed and
// when it was made, is not taken from it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::net::http {

struct CgiHead {
    struct Field {
        std::string name;
        std::string value;
    };

    int status = 200;
    std::string content_type;
    std::string location;                 // empty: none
    std::optional<std::uint64_t> length;  // if the program tells it
    std::vector<Field> fields;            // the others, to be sent on

    // A path of this server, which is to be answered instead (6.2.2), and no other field with it.
    bool is_local_redirect() const { return location.starts_with('/') && !has_status; }
    bool has_status = false;
};

// Where in `bytes` the head ends, behind its empty line; nothing if it has not come yet.
std::optional<std::size_t> find_cgi_head_end(std::string_view bytes);

// Throws std::runtime_error that says in words what a person must correct in the program: a line
// without a name or with a byte that may not be there, a Status that is none of 200 to 599, neither
// Content-Type nor Location where there may be a body, two lengths, a length that is no number.
CgiHead parse_cgi_head(std::string_view head);

}  // namespace waymark::net::http
