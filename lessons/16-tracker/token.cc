#include "token.hh"

#include <sodium.h>

#include <cerrno>
#include <cstring>

#include "daemon/error.hh"

namespace waymark::tracker {
namespace {

constexpr std::size_t kTokenBytes = 16;

// Safe to call often and from several threads (libsodium, "Usage"). It opens /dev/urandom only
// where getrandom(2) is missing.
void require_sodium() {
    if (sodium_init() < 0) daemon::fail(ENOSYS, "sodium_init");
}

std::string random_text() {
    require_sodium();
    unsigned char bytes[kTokenBytes];
    randombytes_buf(bytes, sizeof bytes);
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string token(sodium_base64_ENCODED_LEN(sizeof bytes, kVariant), '\0');
    sodium_bin2base64(token.data(), token.size(), bytes, sizeof bytes, kVariant);
    token.pop_back();  // the terminating zero
    return token;
}

}  // namespace

TokenHash hash_token(std::string_view token) {
    TokenHash hash{};
    // Fails only for sizes outside its limits, and these are constants.
    crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(token.data()), token.size(), nullptr,
                       0);
    return hash;
}

std::string to_hex(const TokenHash& hash) {
    std::string text(2 * hash.size() + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
    text.pop_back();  // the terminating zero
    return text;
}

std::optional<TokenHash> token_hash_from_hex(std::string_view text) {
    TokenHash hash{};
    if (text.size() != 2 * hash.size()) return std::nullopt;
    std::size_t size = 0;
    if (sodium_hex2bin(hash.data(), hash.size(), text.data(), text.size(), nullptr, &size,
                       nullptr) != 0 ||
        size != hash.size())
        return std::nullopt;
    return hash;
}

std::string make_token() {
    for (;;) {
        std::string token = random_text();
        if (!token.starts_with('-')) return token;
    }
}

std::size_t TokenHashHasher::operator()(const TokenHash& hash) const {
    std::size_t value = 0;
    std::memcpy(&value, hash.data(), sizeof value);
    return value;
}

}  // namespace waymark::tracker
