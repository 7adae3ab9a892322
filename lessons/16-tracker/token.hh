// A device's token: the secret in the URL that its owner types into a phone. The server keeps only
// a hash, so that who reads the data folder or a backup does not learn it. An identifier is no such
// secret: people choose it, it is kept in the clear, and who knows it can send in the device's
// name. A device that is added without --id has none.
// A plain fast hash is enough: unlike a password, a token of ours has 128 random bits and cannot be
// guessed; and it is computed for every message, where a slow one would stop us.

#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::tracker {

// BLAKE2b with 32 bytes (libsodium, crypto_generichash).
using TokenHash = std::array<unsigned char, 32>;

TokenHash hash_token(std::string_view token);

// As 64 hexadecimal digits, and back; nothing for what is none.
std::string to_hex(const TokenHash& hash);
std::optional<TokenHash> token_hash_from_hex(std::string_view text);

// A new token: 22 letters, digits, '-' and '_', which need no escape in a URL. It does not begin
// with '-', so that it is no option on a command line.
std::string make_token();

// Tokens and identifiers are looked up by hash, so comparing takes no longer for a nearly right
// one; the hash's own bits are the best hash table key there is.
struct TokenHashHasher {
    std::size_t operator()(const TokenHash& hash) const;
};

}  // namespace waymark::tracker
