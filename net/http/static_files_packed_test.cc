// Files that are compressed when they are asked for, and listings, behind a server on a loop.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "daemon/folder_under_test.hh"
#include "net/http/server_conversation.hh"
#include "net/http/static_files.hh"

using namespace waymark;
using namespace waymark::net::http;

namespace {

struct Site : ServerConversation {
    daemon::TemporaryFolder folder;
    GzipStore store{1'000'000};
    StaticFiles::Settings settings;
    std::unique_ptr<StaticFiles> files;

    Site() {
        settings.gzip = &store;
        put("page.html", std::string(100'000, 'a'));
        put("small.html", "short");
        put("image.png", std::string(1000, 'a'));
        put("large.txt", std::string(StaticFiles::kLargestPacked + 1, 'a'));
    }
    void put(const std::string& name, const std::string& text) const {
        std::ofstream(folder.file(name)) << text;
    }
    std::string ask(const std::string& path, const std::string& more,
                    const std::string& method = "GET") {
        if (!files) {
            files = std::make_unique<StaticFiles>(folder.path(), settings);
            router.add("GET", "/*", 0, std::ref(*files));
        }
        peer.reset();
        send(method + " " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + more + "\r\n");
        return receive_until_end();
    }
};

const std::string kTakes = "Accept-Encoding: gzip\r\n";

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string value_of(const std::string& answer, const std::string& name) {
    const std::size_t at = answer.find("\r\n" + name + ": ");
    if (at == answer.npos) return "";
    const std::size_t begin = at + name.size() + 4;
    return answer.substr(begin, answer.find("\r\n", begin) - begin);
}

}  // namespace

TEST_CASE("who takes gzip gets it, the others do not, and both are told that it varies") {
    Site site;
    const std::string plain = site.ask("/page.html", "");
    CHECK(value_of(plain, "Content-Length") == "100000");
    CHECK_FALSE(has(plain, "Content-Encoding"));
    CHECK(value_of(plain, "Vary") == "Accept-Encoding");
    for (int i = 0; i < 2; ++i) {  // made, then kept
        const std::string packed = site.ask("/page.html", kTakes);
        CHECK(value_of(packed, "Content-Encoding") == "gzip");
        CHECK(value_of(packed, "Vary") == "Accept-Encoding");
        CHECK(value_of(packed, "Content-Type") == "text/html; charset=utf-8");
        CHECK(std::stoul(value_of(packed, "Content-Length")) < 1000);
        CHECK(packed.substr(packed.find("\r\n\r\n") + 4, 3) == "\x1f\x8b\x08");
    }
    CHECK(site.store.kept_bytes() > 0);
    const std::string head = site.ask("/page.html", kTakes, "HEAD");
    CHECK(value_of(head, "Content-Encoding") == "gzip");
    CHECK(head.ends_with("\r\n\r\n"));
}

TEST_CASE("what is sent compressed has a tag of its own, by which it is known again") {
    Site site;
    const std::string plain_tag = value_of(site.ask("/page.html", ""), "ETag");
    const std::string packed_tag = value_of(site.ask("/page.html", kTakes), "ETag");
    CHECK(packed_tag != plain_tag);
    CHECK(packed_tag.ends_with("-gz\""));
    const std::string same =
        site.ask("/page.html", kTakes + "If-None-Match: " + packed_tag + "\r\n");
    CHECK(has(same, "HTTP/1.1 304 "));
    CHECK(value_of(same, "ETag") == packed_tag);
    CHECK(value_of(same, "Vary") == "Accept-Encoding");
    CHECK(has(site.ask("/page.html", kTakes + "If-None-Match: " + plain_tag + "\r\n"), " 200 OK"));
    CHECK(has(site.ask("/page.html", "If-None-Match: " + packed_tag + "\r\n"), " 200 OK"));
    site.put("page.html", std::string(100'000, 'b'));
    CHECK(value_of(site.ask("/page.html", kTakes), "ETag") != packed_tag);
}

TEST_CASE("small and large files, images and parts are sent as they are") {
    Site site;
    for (const char* path : {"/small.html", "/image.png", "/large.txt"}) {
        CAPTURE(path);
        const std::string answer = site.ask(path, kTakes);
        CHECK(has(answer, " 200 OK"));
        CHECK_FALSE(has(answer, "Content-Encoding"));
        CHECK_FALSE(has(answer, "Vary"));
    }
    const std::string part = site.ask("/page.html", kTakes + "Range: bytes=0-9\r\n");
    CHECK(has(part, " 206 "));
    CHECK_FALSE(has(part, "Content-Encoding"));
    CHECK(part.ends_with("\r\n\r\naaaaaaaaaa"));
    CHECK(site.store.kept_bytes() == 0);
}

TEST_CASE("what does not get smaller is sent as it is, and not tried again") {
    Site site;
    std::string noise(3000, '\0');
    unsigned state = 1;
    for (char& byte : noise) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    site.put("noise.txt", noise);
    const std::string answer = site.ask("/noise.txt", kTakes);
    CHECK(value_of(answer, "Content-Length") == "3000");
    CHECK_FALSE(has(answer, "Content-Encoding"));
    const std::size_t kept = site.store.kept_bytes();
    CHECK(kept > 0);
    site.ask("/noise.txt", kTakes);
    CHECK(site.store.kept_bytes() == kept);
}

TEST_CASE("a file that lies there compressed is taken before one is made") {
    Site site;
    site.settings.precompressed = true;
    site.put("page.html.gz", "as it lies there");
    const std::string answer = site.ask("/page.html", kTakes);
    CHECK(answer.ends_with("\r\n\r\nas it lies there"));
    CHECK(site.store.kept_bytes() == 0);
}

TEST_CASE("a directory without an index is listed if that was asked for, else not there") {
    Site site;
    std::filesystem::create_directory(site.folder.file("dir"));
    site.put("dir/a.txt", "a");
    CHECK(has(site.ask("/dir/", ""), "HTTP/1.1 404 "));
    Site listed;
    listed.settings.listing = true;
    std::filesystem::create_directory(listed.folder.file("dir"));
    listed.put("dir/a.txt", "a");
    const std::string page = listed.ask("/dir/", "");
    CHECK(has(page, "HTTP/1.1 200 OK"));
    CHECK(has(page, "<a href=\"./a.txt\">"));
    CHECK(has(listed.ask("/none/", ""), "HTTP/1.1 404 "));
    CHECK(has(listed.ask("/dir", ""), "HTTP/1.1 301 "));
    listed.put("dir/index.html", "index");
    CHECK(listed.ask("/dir/", "").ends_with("index"));
}

TEST_CASE("who asks while a page is being compressed gets it as it is") {
    Site site;
    const std::string tag = value_of(site.ask("/page.html", ""), "ETag");
    REQUIRE(site.store.claim(tag));  // by another thread
    CHECK_FALSE(has(site.ask("/page.html", kTakes), "Content-Encoding"));
    site.store.release(tag);
    CHECK(has(site.ask("/page.html", kTakes), "Content-Encoding: gzip"));
    CHECK(site.store.claim(tag));  // it was given back
}
