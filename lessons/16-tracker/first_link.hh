// The one-time link with which the first account is made. A new one is made at each start of the
// server, and printed; it is good as long as there is no account, and for a day.

#pragma once

#include <string>

#include "fix.hh"
#include "token.hh"

namespace waymark::tracker {

struct FirstLink {
    std::string token;  // "": there is no such link
    UnixMillis expires_ms = 0;

    bool opens(const TokenHash& hash, UnixMillis now) const {
        return !token.empty() && hash_token(token) == hash && now < expires_ms;
    }
};

FirstLink make_first_link(UnixMillis now);

// What stands behind the address of the pages; "" for no link. The token is behind '#', so that
// browsers send it to nobody, and no proxy's log has it.
std::string welcome_path(const FirstLink& link);

}  // namespace waymark::tracker
