// For tests: a PMTiles file of one made directory, metadata and a tile, whose head can be spoilt.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::tracker {

inline void put_number(std::string& bytes, std::size_t at, std::uint64_t number) {
    for (std::size_t i = 0; i < 8; ++i) bytes[at + i] = static_cast<char>(number >> (8 * i) & 0xff);
}

// Nothing in it is packed. `metadata` is JSON.
inline std::string made_pmtiles(
    std::string_view metadata = R"({"vector_layers":[{"id":"earth"},{"id":"roads"}]})") {
    constexpr std::string_view kRoot("\x01\x00\x01\x04\x01", 5);  // tile 0, four bytes
    constexpr std::string_view kTile = "tile";
    std::string bytes(127, '\0');
    bytes.replace(0, 8, "PMTiles\x03");
    std::size_t place = 8;
    std::uint64_t offset = bytes.size();
    for (const std::string_view part : {kRoot, metadata, std::string_view(), kTile}) {
        put_number(bytes, place, offset);
        put_number(bytes, place + 8, part.size());
        place += 16;
        offset += part.size();
        bytes += part;
    }
    bytes[97] = bytes[98] = 1;
    bytes[99] = 1;  // MVT
    return bytes;
}

}  // namespace waymark::tracker
