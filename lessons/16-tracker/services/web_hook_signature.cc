#include "services/web_hook_signature.hh"

#include <sodium.h>

#include <array>
#include <cerrno>

#include "daemon/error.hh"
#include "web_app/base64.hh"

namespace waymark::tracker {

std::string make_hook_secret() {
    if (::sodium_init() < 0) daemon::fail(ENOSYS, "sodium_init");
    std::string secret(32, '\0');
    ::randombytes_buf(secret.data(), secret.size());
    return secret;
}

std::string hook_secret_text(std::string_view secret) {
    return "whsec_" + to_base64(secret);
}

std::string hook_signature(std::string_view secret, std::string_view id, std::int64_t unix_seconds,
                           std::string_view body) {
    const auto bytes = [](std::string_view text) {
        return reinterpret_cast<const unsigned char*>(text.data());
    };
    const std::string before = std::string(id) + "." + std::to_string(unix_seconds) + ".";
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac;
    crypto_auth_hmacsha256_state state;
    ::crypto_auth_hmacsha256_init(&state, bytes(secret), secret.size());
    ::crypto_auth_hmacsha256_update(&state, bytes(before), before.size());
    ::crypto_auth_hmacsha256_update(&state, bytes(body), body.size());
    ::crypto_auth_hmacsha256_final(&state, mac.data());
    return "v1," + to_base64({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

}  // namespace waymark::tracker
