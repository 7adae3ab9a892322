// What a request-target says: which of its four forms it has, its path and its query; percent
// decoding; and a path in normal form, from which no segment leads out of the root.
//
// Strict on purpose: a broken escape, an encoded slash or NUL and a backslash are refused and not
// interpreted, because the next program down the line may interpret them in another way.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace waymark::net::http {

// RFC 9112, 3.2.
struct Target {
    std::string_view authority;  // "" unless in absolute form, or for CONNECT
    std::string_view path;       // "" for CONNECT, and for "http://host", where "/" is meant
    std::string_view query;      // without the '?'
};

// Nothing if the target has no form that its method may have, holds a byte that may not be in a
// target, or a broken escape in its path.
std::optional<Target> split_target(std::string_view method, std::string_view target);

// Whether `text` is host [":" port] as a Host field or an authority has it, without user
// information (RFC 3986, 3.2.2 and 3.2.3). The empty host is valid (RFC 9110, 7.2); a port above
// 65535 is not.
bool valid_host(std::string_view text);
// Whether it is valid and names a host, as the authority of an http URL must (RFC 9110, 4.2.1).
bool names_host(std::string_view authority);

enum class Plus { literal, space };

// Decodes %XX, and '+' to a space in forms. Gives back `encoded` itself if there is nothing to
// decode; else the result is appended to `scratch` and the view is into it. Reserve scratch for
// encoded.size() more bytes if views into it must stay valid. Nothing for a broken escape.
std::optional<std::string_view> percent_decode(std::string_view encoded, std::string& scratch,
                                               Plus plus = Plus::literal);

// The path decoded and with "//", "." and ".." resolved (RFC 3986, 5.2.4). It begins with '/', a
// slash at the end stays. Nothing if it would leave the root, or decodes to a NUL or another
// control byte, a backslash, or a slash that was written %2F. `scratch` is used as above.
std::optional<std::string_view> normalize_path(std::string_view path, std::string& scratch);

}  // namespace waymark::net::http
