#include "map/pmtiles.hh"

#include <doctest/doctest.h>

#include <fstream>
#include <functional>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "map/pmtiles_under_test.hh"
#include "net/http/gzip.hh"

#include <fcntl.h>

using namespace waymark::tracker;
using waymark::daemon::Fd;
using waymark::daemon::UsageError;

namespace {

using Spoil = std::function<void(std::string& bytes)>;

std::string archive_refusal(std::string bytes, const Spoil& spoil = {}) {
    if (spoil) spoil(bytes);
    try {
        read_pmtiles_header(std::string_view(bytes).substr(0, PmtilesHeader::kSize), bytes.size());
        return "accepted";
    } catch (const UsageError& error) {
        return error.what();
    }
}

// The layers of a file with these metadata, as they are or packed.
std::vector<std::string> layers(const std::string& metadata, std::uint8_t compression = 1) {
    const waymark::daemon::TemporaryFolder folder;
    std::string bytes = made_pmtiles(metadata);
    bytes[97] = static_cast<char>(compression);
    std::ofstream(folder.file("map")) << bytes;
    const Fd file(::open(folder.file("map").c_str(), O_RDONLY | O_CLOEXEC));
    return read_layer_names(file, read_pmtiles_header(bytes.substr(0, 127), bytes.size()));
}

std::string packed(std::string_view text) {
    std::string result;
    waymark::net::http::GzipEncoder encoder;
    encoder.add(text, result);
    encoder.finish(result);
    return result;
}

}  // namespace

TEST_CASE("a file that our pages can draw is taken") {
    CHECK(archive_refusal(made_pmtiles()) == "accepted");
    CHECK(archive_refusal(made_pmtiles(), [](std::string& b) { b[97] = b[98] = 2; }) == "accepted");
    CHECK(archive_refusal(made_pmtiles(), [](std::string& b) { b += "more"; }) == "accepted");
    const std::string bytes = made_pmtiles("{}");
    const PmtilesHeader header = read_pmtiles_header(bytes.substr(0, 127), bytes.size());
    CHECK(header.root.offset == 127);
    CHECK(header.metadata.length == 2);
    CHECK(header.tiles.offset + header.tiles.length == bytes.size());
    CHECK(header.tile_type == 1);
}

TEST_CASE("what is no such file is refused, and it is said what it is") {
    struct Row {
        Spoil spoil;
        std::string_view says;
    };
    const Row rows[] = {
        {[](std::string& b) { b.clear(); }, "no PMTiles file"},
        {[](std::string& b) { b = "<html>not found</html>"; }, "no PMTiles file"},
        {[](std::string& b) { b = "SQLite format 3 and more"; }, "pmtiles convert"},
        {[](std::string& b) { b.resize(5); }, "cut short: it has 5 bytes"},
        {[](std::string& b) { b.resize(126); }, "cut short: it has 126 bytes"},
        {[](std::string& b) { b.pop_back(); }, "is cut short: it has"},
        {[](std::string& b) { b.resize(127); }, "is cut short: it has 127 of"},
        {[](std::string& b) { b[7] = 2; }, "version 2, and version 3"},
        {[](std::string& b) { b[7] = 4; }, "version 4, and version 3"},
        {[](std::string& b) { b[99] = 2; }, "holds PNG pictures"},
        {[](std::string& b) { b[99] = 6; }, "MLT"},
        {[](std::string& b) { b[99] = 0; }, "unknown kind"},
        {[](std::string& b) { b[99] = 99; }, "unknown kind"},
        {[](std::string& b) { b[98] = 3; }, "Brotli"},
        {[](std::string& b) { b[97] = 4; }, "Zstandard"},
        {[](std::string& b) { b[100] = 3; }, "zooms are 3 to 0"},
        {[](std::string& b) { b[101] = 27; }, "zooms are 0 to 27"},
        {[](std::string& b) { put_number(b, 16, 0); }, "directory"},
        {[](std::string& b) { put_number(b, 8, 0); }, "directory"},
        {[](std::string& b) { put_number(b, 16, 16384); }, "directory"},
        {[](std::string& b) { put_number(b, 64, ~std::uint64_t{0}); }, "no end"},
        {[](std::string& b) { put_number(b, 64, std::uint64_t{1} << 63); }, "is cut short"},
    };
    for (const Row& row : rows) {
        const std::string message = archive_refusal(made_pmtiles(), row.spoil);
        CHECK_MESSAGE(message.find(row.says) != message.npos, message);
    }
}

TEST_CASE("the names of its layers are read, packed or not, and odd ones are left out") {
    const std::string metadata = R"({"vector_layers":[{"id":"roads"},{"id":7},3,{"id":"a\nb"}]})";
    CHECK(layers(metadata) == std::vector<std::string>{"roads"});
    CHECK(layers(packed(metadata), 2) == std::vector<std::string>{"roads"});
    CHECK(layers("{}").empty());
    CHECK(layers(R"({"vector_layers":"roads"})").empty());
}

TEST_CASE("metadata that are none, or that would fill the memory, are refused") {
    CHECK_THROWS_WITH_AS(layers("[]"), "is damaged: its metadata are no JSON object", UsageError);
    CHECK_THROWS_WITH_AS(layers("{\"a\":"), "is damaged: its metadata are no JSON object",
                         UsageError);
    CHECK_THROWS_WITH_AS(layers("no gzip", 2), "is damaged: its metadata cannot be unpacked",
                         UsageError);
    const std::string whole = packed("{}");
    CHECK_THROWS_AS(layers(whole.substr(0, whole.size() - 9), 2), UsageError);
    CHECK_THROWS_WITH_AS(layers(packed(std::string(40 << 20, ' ')), 2),
                         "is damaged: its metadata cannot be unpacked", UsageError);
}
