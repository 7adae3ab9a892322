// What a request is, once it has been read: views into the bytes that arrived, and nothing copied.
// Whoever holds the bytes (net/http/server) keeps them until the answer is written.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace waymark::net::http {

// One header line. The name is as it was sent; compare it with same_name, never with ==.
struct Field {
    std::string_view name;
    std::string_view value;  // without the white space around it (RFC 9110, 5.5)
};

// Field names and some values are compared without regard to ASCII case (RFC 9110, 5.1).
bool same_name(std::string_view a, std::string_view b);

// Takes the first member off a comma-separated list, without the white space around it; empty
// members are passed over. Nothing when the list is at its end (RFC 9110, 5.6.1).
std::optional<std::string_view> next_in_list(std::string_view& list);

struct Request {
    std::string_view method;  // case-sensitive (RFC 9110, 9.1)
    std::string_view target;  // the request-target as it was sent (RFC 9112, 3.2)
    std::string_view path;    // the target's path, still percent-encoded; begins with '/'
    std::string_view query;   // what follows '?', still percent-encoded; without the '?'
    std::string_view host;    // with the port; from the target if it is there, else from Host
    int minor_version = 1;    // HTTP/1.x
    std::span<const Field> fields;
    std::string_view body;  // with transfer coding removed

    // The first field of that name.
    std::optional<std::string_view> field(std::string_view name) const;

    // Whether any field of that name lists `member`, without regard to case: Connection, Expect,
    // Accept-Encoding (there only members without parameters are found).
    bool lists(std::string_view name, std::string_view member) const;
};

}  // namespace waymark::net::http
