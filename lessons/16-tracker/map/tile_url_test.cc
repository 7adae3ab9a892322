#include "map/tile_url.hh"

#include <doctest/doctest.h>

#include "daemon/error.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

namespace {

std::string refusal_of_tiles(std::string_view text) {
    try {
        return "accepted: " + parse_tile_url(text).origin;
    } catch (const UsageError& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("the origin is scheme, host and port, and nothing of the path") {
    struct Row {
        std::string_view text;
        std::string_view origin;
        std::string_view host;
    };
    const Row rows[] = {
        {"https://tile.openstreetmap.org/{z}/{x}/{y}.png", "https://tile.openstreetmap.org",
         "tile.openstreetmap.org"},
        {"https://Tiles.Example.ORG:8443/a/{z}/{y}/{x}{r}.jpg?key=A-b_c;default-src%20*",
         "https://tiles.example.org:8443", "tiles.example.org"},
        {"http://127.0.0.1:9/?z={z}&x={x}&y={y}", "http://127.0.0.1:9", "127.0.0.1"},
        {"http://192.0.2.1/{z}/{x}/{y}", "http://192.0.2.1", "192.0.2.1"},
        {"https://a_b.example:00443/{z}/{x}/{y}", "https://a_b.example:00443", "a_b.example"},
        {"https://h?{z}/{x}/{y}", "https://h", "h"},
    };
    for (const Row& row : rows) {
        const TileUrl url = parse_tile_url(row.text);
        CHECK(url.text == row.text);
        CHECK(url.origin == row.origin);
        CHECK(url.host == row.host);
    }
}

TEST_CASE("what is no address of one server's tiles is refused by name") {
    struct Row {
        std::string_view text;
        std::string_view says;
    };
    const Row rows[] = {
        {"https://{s}.tile.example.org/{z}/{x}/{y}.png", "no {s}"},
        {"https://tile.example.org/{s}/{z}/{x}/{y}.png", "no {s}"},
        {"https://{z}.example.org/{z}/{x}/{y}.png", "placeholder may stand in the host"},
        {"https://*.example.org/{z}/{x}/{y}.png", "any host"},
        {"https://*/{z}/{x}/{y}.png", "any host"},
        {"https://tile.example.org@evil.example/{z}/{x}/{y}.png", "the host evil.example"},
        {"https://user:word@h/{z}/{x}/{y}.png", "user's name"},
        {"https://evil.example\\@h/{z}/{x}/{y}.png", "no \\"},
        {"javascript:alert(1)/{z}/{x}/{y}", "not by javascript:"},
        {"data:image/png,{z}{x}{y}", "not by data:"},
        {"JavaScript://h/{z}/{x}/{y}", "not by JavaScript:"},
        {"file:///{z}/{x}/{y}", "not by file:"},
        {"//h/{z}/{x}/{y}", "does not begin with https://"},
        {"/{z}/{x}/{y}", "does not begin with https://"},
        {"tile.example.org/{z}/{x}/{y}", "does not begin with https://"},
        {"", "does not begin with https://"},
        {"https:///{z}/{x}/{y}", "is no host"},
        {"https://:80/{z}/{x}/{y}", "is no host"},
        {"https://h:99999/{z}/{x}/{y}", "is no host"},
        {"http://[::1]:9/{z}/{x}/{y}", "cannot name '[::1]:9'"},
        {"http://[zz]/{z}/{x}/{y}", "cannot name '[zz]'"},
        {"https://h:/{z}/{x}/{y}", "a colon and no port"},
        {"https://h:0/{z}/{x}/{y}", "a colon and no port"},
        {"https://127.1/{z}/{x}/{y}", "'127.1' is neither a name nor an address"},
        {"https://0x7f000001/{z}/{x}/{y}", "'0x7f000001' is neither"},
        {"https://2130706433:443/{z}/{x}/{y}", "'2130706433' is neither"},
        {"https://1.2.3.4.5/{z}/{x}/{y}", "'1.2.3.4.5' is neither"},
        {"https://a..b/{z}/{x}/{y}", "'a..b' is neither"},
        {"https://./{z}/{x}/{y}", "'.' is neither"},
        {"https://h;script-src/{z}/{x}/{y}", "is no host"},
        {"https://h,i/{z}/{x}/{y}", "is no host"},
        {"https://h/{z}/{x}/{y} ; script-src *", "a blank"},
        {"https://h/{z}/{x}/{y}\nscript-src: *", "a blank"},
        {"https://h%3b/{z}/{x}/{y}", "is no host"},
        {"https://bücher.example/{z}/{x}/{y}", "xn--"},
        {"https://h/{z}/{x}/{y}'", "no '"},
        {"https://h/{z}/{x}/{y}#a", "no #"},
        {"https://h/{z}/{x}/{-y}.png", "TMS"},
        {"https://h/{z}/{x}.png", "once each"},
        {"https://h/{z}/{x}/{y}/{y}.png", "once each"},
        {"https://h/{z}/{x}/{y}/{key}", "{key} is not known"},
        {"https://h/{z}/{x}/{y", "braces"},
        {"https://h/{z}/{x}/y}", "braces"},
        {"https://h/{z}/{x}/{y}/{}", "{} is not known"},
    };
    for (const Row& row : rows) {
        const std::string message = refusal_of_tiles(row.text);
        CHECK_MESSAGE(message.starts_with("tiles: "), row.text);
        CHECK_MESSAGE(message.find(row.says) != message.npos, message);
    }
    CHECK(refusal_of_tiles("https://h/{z}/{x}/{y}" + std::string(1000, 'a')).find("1000 bytes") !=
          std::string::npos);
}

TEST_CASE("whose the pictures are is one line of text") {
    const TileUrl osm = parse_tile_url("https://tile.openstreetmap.org/{z}/{x}/{y}.png");
    const TileUrl other = parse_tile_url("https://tile.openstreetmap.org.example/{z}/{x}/{y}.png");
    CHECK(tile_attribution("", osm) == "© OpenStreetMap contributors");
    CHECK(tile_attribution("", other) == "Map pictures: tile.openstreetmap.org.example");
    CHECK(tile_attribution("© <b>we</b>", osm) == "© <b>we</b>");
    CHECK_THROWS_AS(tile_attribution("a\nlog-level=debug", osm), UsageError);
    CHECK_THROWS_AS(tile_attribution("\xff", osm), UsageError);
    CHECK_THROWS_AS(tile_attribution(std::string(201, 'a'), osm), UsageError);
}
