// What the pages draw beneath the tracks: a file of streets, by parts and while it is replaced, and
// pictures of another server with the policy that lets them in.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "map/pmtiles_under_test.hh"
#include "web_app/tested_web_app.hh"

using namespace waymark::tracker;

namespace {

void write(const std::string& path, const std::string& bytes) {
    std::ofstream(path) << bytes;
}

// By mv(1), as one should.
void replace(const std::string& path, const std::string& bytes) {
    write(path + ".new", bytes);
    std::filesystem::rename(path + ".new", path);
}

std::string field(const Reply& reply, const std::string& name) {
    const std::size_t at = reply.head.find("\r\n" + name + ": ");
    if (at == reply.head.npos) return "none";
    const std::size_t begin = at + name.size() + 4;
    return reply.head.substr(begin, reply.head.find("\r\n", begin) - begin);
}

std::string policy(WebApp& app) {
    return field(app.get("/"), "Content-Security-Policy");
}

const std::string kMap = made_pmtiles();
const std::string kOtherMap = made_pmtiles(R"({"vector_layers":[{"id":"roads"}],"of":2027})");
constexpr const char* kPlain = "/api/map/streets.pmtiles";

struct WithStreets {
    WebApp app;
    std::string path = app.file("map.pmtiles");

    WithStreets() {
        write(path, kMap);
        app.start([this](Settings& settings) { settings.map = path; });
    }
    std::string url() { return app.get("/api/map").data()["streets"]["url"]; }
};

}  // namespace

TEST_CASE("without a map there is nothing to draw, and nothing of other servers is let in") {
    WebApp app;
    app.start();
    CHECK(app.get("/api/map").body == "{}");
    CHECK(app.get(kPlain).status == 404);
    CHECK(policy(app).find("img-src 'self' data:;") != std::string::npos);
}

TEST_CASE("the streets are served whole and by parts") {
    WithStreets map;
    const Reply whole = map.app.get(kPlain);
    CHECK(whole.status == 200);
    CHECK(whole.body == kMap);
    CHECK(field(whole, "Cache-Control") == "no-cache");
    CHECK(field(whole, "Accept-Ranges") == "bytes");
    const Reply part = map.app.get(map.url(), "Range: bytes=7-9\r\n");
    CHECK(part.status == 206);
    CHECK(part.body == kMap.substr(7, 3));
    CHECK(field(part, "Content-Range") == "bytes 7-9/" + std::to_string(kMap.size()));
    CHECK(field(part, "ETag") == field(whole, "ETag"));
    CHECK(field(part, "Cache-Control") == "private, max-age=31536000, immutable");
    // What PMTiles' own reader begins with; the file is shorter.
    CHECK(map.app.get(map.url(), "Range: bytes=0-16383\r\n").body == kMap);
    CHECK(map.app.get(kPlain, "Range: bytes=-4\r\n").body == "tile");
    const Reply beyond = map.app.get(kPlain, "Range: bytes=100000-\r\n");
    CHECK(beyond.status == 416);
    CHECK(field(beyond, "Content-Range") == "bytes */" + std::to_string(kMap.size()));
    const Reply head = map.app.get(kPlain, "Range: bytes=7-9\r\n", "localhost", "HEAD");
    CHECK(head.status == 200);
    CHECK(head.body.empty());
    CHECK(map.app.get(kPlain, "If-None-Match: " + field(whole, "ETag") + "\r\n").status == 304);
}

TEST_CASE("a map of a hundred gigabytes is served by parts, from its end as well") {
    constexpr std::uint64_t kSize = 100'000'000'000;
    WebApp app;
    const std::string path = app.file("planet.pmtiles");
    std::string head = made_pmtiles();
    put_number(head, 64, kSize - (head.size() - 4));  // its tiles go on to the end
    write(path, head);
    std::error_code refused;
    std::filesystem::resize_file(path, kSize - 4, refused);  // a hole takes no room
    if (refused) return;                                     // a file system without holes
    std::ofstream(path, std::ios::app) << "last";
    app.start([&path](Settings& settings) { settings.map = path; });
    const Reply last = app.get(kPlain, "Range: bytes=-4\r\n");
    CHECK(last.status == 206);
    CHECK(last.body == "last");
    CHECK(field(last, "Content-Range") == "bytes 99999999996-99999999999/100000000000");
    CHECK(app.get(kPlain, "Range: bytes=50000000000-50000000003\r\n").body == std::string(4, '\0'));
    CHECK(app.get(kPlain, "", "localhost", "HEAD").head.find("Content-Length: 100000000000\r\n") !=
          std::string::npos);
}

TEST_CASE("who reads a map by parts never gets parts of two") {
    WithStreets map;
    const std::string url = map.url();
    const std::string tag = field(map.app.get(url), "ETag");
    replace(map.path, kOtherMap);
    CHECK(map.app.get(url, "Range: bytes=7-9\r\n").status == 410);
    CHECK(map.app.get(kPlain, "Range: bytes=7-9\r\nIf-Match: " + tag + "\r\n").status == 412);
    const Reply if_range = map.app.get(kPlain, "Range: bytes=7-9\r\nIf-Range: " + tag + "\r\n");
    CHECK(if_range.status == 200);
    CHECK(if_range.body == kOtherMap);
    CHECK(map.url() != url);
    CHECK(map.app.get(map.url(), "Range: bytes=-4\r\n").status == 206);
}

TEST_CASE("an answer that is being sent goes on with the map that it began with") {
    WithStreets map;
    const std::string large = kMap + std::string(32 << 20, 'a');  // more than sockets hold
    replace(map.path, large);
    Browser slow = map.app.open(kPlain, "Connection: close\r\n");
    CHECK(slow.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
    replace(map.path, kMap + std::string(32 << 20, 'b'));
    CHECK(slow.read_to_end() == large);
}

TEST_CASE("a map that is lost or broken while the server runs costs the streets and no more") {
    WithStreets map;
    const std::string url = map.url();
    replace(map.path, "<html>");
    CHECK(map.app.get("/api/map").data()["problem"] == "map: " + map.path + " is no PMTiles file");
    CHECK_FALSE(map.app.get("/api/map").data().contains("streets"));
    CHECK(map.app.get(url).status == 503);
    std::filesystem::remove(map.path);
    CHECK(map.app.get("/api/map").data()["problem"] == "map: " + map.path + " is not there");
    CHECK(map.app.get("/api/devices").status == 200);
    write(map.path, kMap);
    CHECK(map.app.get(map.url()).body == kMap);
}

TEST_CASE("a member has the streets, and learns no path of this machine; a stranger has nothing") {
    WebApp app;
    const std::string path = app.file("map.pmtiles");
    write(path, kMap);
    const std::string member =
        "Cookie: waymark=" + app.begin_session("Ben", Role::member, {}) + "\r\n";
    app.start([&path](Settings& settings) { settings.map = path; });
    const std::string url = app.get("/api/map", member).data()["streets"]["url"];
    CHECK(app.get(url, member).body == kMap);
    for (const std::string& target : {std::string("/api/map"), url})
        CHECK(app.get(target, "Cookie: a=b\r\n").status == 401);
    replace(path, "<html>");
    CHECK(app.get("/api/map", member).data()["problem"] == "the map file cannot be used.");
    CHECK(app.get(url, member).body.find(path) == std::string::npos);
}

TEST_CASE("pictures may come from the one origin that was named, until another one is") {
    WebApp app;
    app.start([](Settings& settings) {
        settings.reloadable.tiles = "https://Tile.example.org:8443/{z}/{x}/{y}.png?key=a";
        settings.reloadable.tiles_attribution = "© \"them\" <b>";
    });
    CHECK(
        policy(app) ==
        "default-src 'self'; img-src 'self' data: https://tile.example.org:8443; style-src "
        "'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
    const nlohmann::json tiles = app.get("/api/map").data()["tiles"];
    CHECK(tiles["url"] == "https://Tile.example.org:8443/{z}/{x}/{y}.png?key=a");
    CHECK(tiles["host"] == "tile.example.org");
    CHECK(tiles["attribution"] == "© \"them\" <b>");
    ReloadableSettings other;
    other.tiles = "http://127.0.0.1:9/{z}/{x}/{y}";
    app.reload(other);
    CHECK(policy(app).find("img-src 'self' data: http://127.0.0.1:9;") != std::string::npos);
    app.reload({});
    CHECK(policy(app).find("img-src 'self' data:;") != std::string::npos);
    CHECK(app.get("/api/map").body == "{}");
}
