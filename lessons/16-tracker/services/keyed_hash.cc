#include "services/keyed_hash.hh"

#include <sodium.h>

#include <cerrno>
#include <cstring>
#include <tuple>

#include "daemon/error.hh"

namespace waymark::tracker {

static_assert(crypto_shorthash_KEYBYTES == std::tuple_size_v<std::array<unsigned char, 16>>);
static_assert(crypto_shorthash_BYTES == sizeof(std::uint64_t));

KeyedHash::KeyedHash() {
    if (sodium_init() < 0) daemon::fail(ENOSYS, "sodium_init");
    randombytes_buf(key_.data(), key_.size());
}

std::uint64_t KeyedHash::operator()(std::string_view bytes) const {
    unsigned char out[crypto_shorthash_BYTES];
    crypto_shorthash(out, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                     key_.data());
    std::uint64_t hash = 0;
    std::memcpy(&hash, out, sizeof hash);
    return hash;
}

// Member by member: between them are bytes that nobody has set.
std::uint64_t KeyedHash::operator()(const net::NetworkKey& network) const {
    char bytes[sizeof network.bits + sizeof network.interface + sizeof network.family];
    char* end = bytes;
    const auto put = [&end](const auto& member) {
        std::memcpy(end, &member, sizeof member);
        end += sizeof member;
    };
    put(network.bits);
    put(network.interface);
    put(network.family);
    return (*this)(std::string_view(bytes, sizeof bytes));
}

}  // namespace waymark::tracker
