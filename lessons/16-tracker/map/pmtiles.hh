// The head of a PMTiles file, version 3 (github.com/protomaps/PMTiles, spec/v3/spec.md): many map
// tiles in one file, which a browser reads by parts. We look whether it is one that our pages can
// draw, and serve its bytes; the tiles themselves are the browser's.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/fd.hh"

namespace waymark::tracker {

struct PmtilesHeader {
    static constexpr std::size_t kSize = 127;

    struct Section {
        std::uint64_t offset = 0;
        std::uint64_t length = 0;
    };
    Section root, metadata, leaves, tiles;
    std::uint8_t internal_compression = 0;  // 0 unknown, 1 none, 2 gzip, 3 Brotli, 4 Zstandard
    std::uint8_t tile_compression = 0;
    std::uint8_t tile_type = 0;  // 1 is MVT
    std::uint8_t least_zoom = 0;
    std::uint8_t greatest_zoom = 0;
};

// From the first bytes of a file of `size` bytes. Throws UsageError that says what it is instead,
// or what is missing: another format or version, pictures, a compression that browsers cannot undo,
// a file that is cut short. The text goes on after the file's name: "is cut short: ...".
PmtilesHeader read_pmtiles_header(std::string_view bytes, std::uint64_t size);

// The names of its layers, from its metadata, those without odd letters; empty if they are not
// told. Throws UsageError as above if the metadata cannot be read, std::system_error if the file
// cannot.
std::vector<std::string> read_layer_names(const daemon::Fd& file, const PmtilesHeader& header);

}  // namespace waymark::tracker
