// Who sends, as apps say it that have a field for a secret: the last part of the path, a member of
// the query (token, api_key, access_token), "Authorization: Bearer SECRET", or Basic with a user
// and a password. The secret is the device's token (token.hh) in all of them; whatever name stands
// beside it does not matter, because a token is of one device alone.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http/message.hh"
#include "protocol.hh"

namespace waymark::tracker {

struct Credentials {
    std::string secret;  // decoded; "" if there is none
    std::string user;    // with Basic
};

// The first of these that the request has, in the order above. `in_path` is what follows the
// protocol's own path, still encoded. A field Authorization that cannot be read is taken as it
// stands: Overland sends "Basic TEXT:" and means TEXT.
Credentials read_credentials(const net::http::Request& request, std::string_view in_path);

// The device whose token this is; else `decoded` is a refusal with 401 for who sends a wrong one or
// none.
std::optional<KnownDevice> find_sender(const Credentials& credentials,
                                       const DeviceDirectory& devices, Decoded& decoded);

// `path` is `prefix`, or goes on behind it with a slash.
bool is_below(std::string_view path, std::string_view prefix);
// What stands behind it, without the slashes around.
std::string_view rest_below(std::string_view path, std::string_view prefix);

}  // namespace waymark::tracker
