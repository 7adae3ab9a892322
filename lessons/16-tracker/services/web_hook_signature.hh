// How a post proves that it comes from this server: as Standard Webhooks 1.0.0 has it
// (standardwebhooks.com), which receivers need not write themselves. The signature is of id, time
// and body, so that none can be exchanged; the time is that of the try, so that a receiver can
// refuse an old one that somebody plays again.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::tracker {

// 32 random bytes; as "whsec_" and base64 for people.
std::string make_hook_secret();
std::string hook_secret_text(std::string_view secret);

// "v1," and the base64 of the HMAC-SHA256 of "ID.SECONDS.BODY".
std::string hook_signature(std::string_view secret, std::string_view id, std::int64_t unix_seconds,
                           std::string_view body);

}  // namespace waymark::tracker
