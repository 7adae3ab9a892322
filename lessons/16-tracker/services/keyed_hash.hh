// A hash that only this process can compute: SipHash with a random key (libsodium,
// crypto_shorthash). For tables whose keys strangers choose. With a hash that everybody knows, as
// std::hash, they choose what falls into one place: their own entries beside another's, or a wrong
// name that passes for one already seen.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "net/address.hh"

namespace waymark::tracker {

class KeyedHash {
  public:
    // Takes a new key.
    KeyedHash();

    std::uint64_t operator()(std::string_view bytes) const;
    std::uint64_t operator()(const net::NetworkKey& network) const;

  private:
    std::array<unsigned char, 16> key_{};
};

}  // namespace waymark::tracker
