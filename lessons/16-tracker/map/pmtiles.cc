#include "map/pmtiles.hh"

#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "daemon/error.hh"

namespace waymark::tracker {

using daemon::UsageError;

namespace {

constexpr std::string_view kMagic = "PMTiles";
constexpr std::uint8_t kVersion = 3;
constexpr std::uint8_t kGzip = 2;
constexpr std::uint8_t kVectorTiles = 1;
constexpr std::uint64_t kLongestMetadata = 8 << 20;  // those of a planet are some KB
constexpr std::size_t kLongestUnpacked = 32 << 20;
constexpr std::uint64_t kEndOfRoot = 16384;  // by the specification
constexpr std::size_t kLongestName = 40;
constexpr unsigned kMostZoom = 26;  // more than that the browser's part cannot count

constexpr std::array<std::string_view, 5> kCompressions = {
    "an unknown compression", "no compression", "gzip", "Brotli", "Zstandard"};
constexpr std::array<std::string_view, 7> kTileTypes = {"tiles of an unknown kind",
                                                        "vector tiles",
                                                        "PNG pictures",
                                                        "JPEG pictures",
                                                        "WebP pictures",
                                                        "AVIF pictures",
                                                        "MapLibre tiles (MLT)"};

template <std::size_t Count>
std::string_view name_in(const std::array<std::string_view, Count>& names, std::uint8_t number) {
    return names[number < Count ? number : 0];
}

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint8_t>(bytes[at]);
}

// Little-endian, as all numbers there.
std::uint64_t number_at(std::string_view bytes, std::size_t at) {
    std::uint64_t number = 0;
    for (std::size_t i = 8; i-- > 0;) number = number << 8 | byte_at(bytes, at + i);
    return number;
}

PmtilesHeader::Section section_at(std::string_view bytes, std::size_t at) {
    return {number_at(bytes, at), number_at(bytes, at + 8)};
}

void check_kind(std::string_view bytes) {
    if (bytes.starts_with("SQLite format 3"))
        throw UsageError(
            "is a database, perhaps MBTiles: 'pmtiles convert IN.mbtiles OUT.pmtiles' "
            "makes a map file of that");
    if (bytes.substr(0, kMagic.size()) != kMagic.substr(0, bytes.size()) || bytes.empty())
        throw UsageError("is no PMTiles file");
    if (bytes.size() < PmtilesHeader::kSize)
        throw UsageError(fmt::format("is cut short: it has {} bytes, and its head alone has {}",
                                     bytes.size(), PmtilesHeader::kSize));
    if (byte_at(bytes, kMagic.size()) != kVersion)
        throw UsageError(fmt::format("is PMTiles version {}, and version {} is needed",
                                     byte_at(bytes, kMagic.size()), kVersion));
}

void check_tiles(const PmtilesHeader& header) {
    if (header.tile_type != kVectorTiles)
        throw UsageError(fmt::format("holds {}, and vector tiles (MVT) are needed",
                                     name_in(kTileTypes, header.tile_type)));
    for (const std::uint8_t compression : {header.internal_compression, header.tile_compression})
        if (compression > kGzip)
            throw UsageError(fmt::format("is packed by {}, which browsers do not unpack; gzip is",
                                         name_in(kCompressions, compression)));
    if (header.least_zoom > header.greatest_zoom || header.greatest_zoom > kMostZoom)
        throw UsageError(fmt::format("has a damaged head: its zooms are {} to {}",
                                     header.least_zoom, header.greatest_zoom));
}

void check_length(const PmtilesHeader& header, std::uint64_t size) {
    std::uint64_t end = PmtilesHeader::kSize;
    for (const PmtilesHeader::Section& section :
         {header.root, header.metadata, header.leaves, header.tiles}) {
        std::uint64_t section_end = 0;
        if (__builtin_add_overflow(section.offset, section.length, &section_end))
            throw UsageError("has a damaged head: a part of it has no end");
        end = std::max(end, section_end);
    }
    if (header.root.length == 0 || header.root.offset < PmtilesHeader::kSize ||
        header.root.offset + header.root.length > kEndOfRoot)
        throw UsageError("has a damaged head: its directory is not where it must be");
    if (end > size)
        throw UsageError(
            fmt::format("is cut short: it has {} of {} bytes; fetch it again", size, end));
}

// RFC 1952, with a bound: some bytes can say that they are gigabytes.
std::string unpack(std::string_view packed) {
    z_stream stream{};
    if (::inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
    std::string text(std::min(kLongestUnpacked, 16 * packed.size() + 1024), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    int result = Z_OK;
    while (result == Z_OK) {
        if (stream.total_out == text.size()) {
            if (text.size() == kLongestUnpacked) break;
            text.resize(std::min(kLongestUnpacked, 2 * text.size()));
        }
        stream.next_out = reinterpret_cast<Bytef*>(text.data() + stream.total_out);
        stream.avail_out = static_cast<uInt>(text.size() - stream.total_out);
        result = ::inflate(&stream, Z_NO_FLUSH);
    }
    text.resize(stream.total_out);
    ::inflateEnd(&stream);
    if (result != Z_STREAM_END) throw UsageError("is damaged: its metadata cannot be unpacked");
    return text;
}

// They are shown in one line.
bool is_plain_name(std::string_view name) {
    return !name.empty() && name.size() <= kLongestName &&
           std::ranges::all_of(name, [](char letter) { return letter > ' ' && letter < 0x7f; });
}

}  // namespace

PmtilesHeader read_pmtiles_header(std::string_view bytes, std::uint64_t size) {
    check_kind(bytes);
    PmtilesHeader header;
    header.root = section_at(bytes, 8);
    header.metadata = section_at(bytes, 24);
    header.leaves = section_at(bytes, 40);
    header.tiles = section_at(bytes, 56);
    header.internal_compression = byte_at(bytes, 97);
    header.tile_compression = byte_at(bytes, 98);
    header.tile_type = byte_at(bytes, 99);
    header.least_zoom = byte_at(bytes, 100);
    header.greatest_zoom = byte_at(bytes, 101);
    check_tiles(header);
    check_length(header, size);
    return header;
}

std::vector<std::string> read_layer_names(const daemon::Fd& file, const PmtilesHeader& header) {
    if (header.metadata.length > kLongestMetadata)
        throw UsageError("is damaged: its metadata are larger than any");
    std::string text(header.metadata.length, '\0');
    const ssize_t count =
        ::pread(file.get(), text.data(), text.size(), static_cast<off_t>(header.metadata.offset));
    daemon::check(static_cast<long>(count), "read", "the map's metadata");
    text.resize(static_cast<std::size_t>(count));
    if (header.internal_compression == kGzip) text = unpack(text);
    const nlohmann::json metadata = nlohmann::json::parse(text, nullptr, false);
    if (!metadata.is_object()) throw UsageError("is damaged: its metadata are no JSON object");
    std::vector<std::string> names;
    const auto layers = metadata.find("vector_layers");
    if (layers == metadata.end() || !layers->is_array()) return names;
    for (const nlohmann::json& layer : *layers)
        if (layer.is_object() && layer.contains("id") && layer["id"].is_string() &&
            is_plain_name(layer["id"].get_ref<const std::string&>()))
            names.push_back(layer["id"].get<std::string>());
    return names;
}

}  // namespace waymark::tracker
