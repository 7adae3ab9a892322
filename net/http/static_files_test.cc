#include "net/http/static_files.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace waymark::net::http;
namespace fs = std::filesystem;

namespace {

struct Site {
    fs::path base = fs::temp_directory_path() / ("waymark-static-" + std::to_string(::getpid()));
    fs::path root = base / "root";

    Site() {
        fs::remove_all(base);
        fs::create_directories(root / "dir");
        put(base / "secret.txt", "secret");
        put(root / "index.html", "home");
        put(root / "hello.txt", "hello, world\n");
        put(root / "app.js", "let a;");
        put(root / "dir" / "index.html", "dir home");
        put(root / "large.bin", std::string(DocumentRoot::kLargestSmall + 1, 'x'));
        fs::create_symlink("../secret.txt", root / "out");
        fs::create_symlink("/etc/hostname", root / "absolute");
        fs::create_symlink("hello.txt", root / "inside");
        ::mkfifo((root / "pipe").c_str(), 0600);
    }
    ~Site() { fs::remove_all(base); }

    // Long unchanged, as far as the file system can tell.
    static void put(const fs::path& path, std::string_view text, int age_s = 3600) {
        std::ofstream(path, std::ios::binary) << text;
        fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::seconds(age_s));
    }
};

struct Asked {
    std::string head;
    std::string body;
    FilePart file;
    int status = 0;

    bool has(std::string_view line) const { return head.find(line) != std::string::npos; }
    std::string value(const std::string& name) const {
        const std::size_t at = head.find("\r\n" + name + ": ");
        if (at == head.npos) return "";
        const std::size_t begin = at + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }
};

Asked ask(StaticFiles& files, std::string_view path, const std::vector<Field>& fields = {},
          std::string_view method = "GET") {
    std::string out;
    std::string scratch;
    DateClock clock;
    const waymark::net::Address peer;
    Exchange exchange(out, clock, scratch, peer);
    exchange.request.method = method;
    exchange.request.path = path;
    exchange.request.fields = fields;
    exchange.answer.prepare({.is_head = method == "HEAD"});
    const Completion completion = files(exchange);
    CHECK_FALSE(completion.is_pending());
    REQUIRE(exchange.answer.has_ended());
    const std::size_t end = out.find("\r\n\r\n") + 4;
    return {out.substr(0, end), out.substr(end), exchange.take_file(), exchange.answer.status()};
}

}  // namespace

TEST_CASE("files are served with what a cache needs to know") {
    const Site site;
    StaticFiles files(site.root, {});
    const Asked hello = ask(files, "/hello.txt");
    CHECK(hello.status == 200);
    CHECK(hello.body == "hello, world\n");
    CHECK(hello.has("Content-Type: text/plain; charset=utf-8\r\nContent-Length: 13\r\n"));
    CHECK(hello.value("ETag").front() == '"');
    CHECK(hello.value("Last-Modified").ends_with(" GMT"));
    CHECK(hello.has("Accept-Ranges: bytes\r\n"));
    CHECK(ask(files, "/").body == "home");
    CHECK(ask(files, "/dir/").body == "dir home");
    CHECK(ask(files, "//dir/..//%68ello.txt").body == "hello, world\n");
    CHECK(ask(files, "/inside").body == "hello, world\n");
    CHECK(ask(files, "/hello.txt", {}, "HEAD").body.empty());
    CHECK(ask(files, "/hello.txt", {}, "HEAD").has("Content-Length: 13\r\n"));
}

TEST_CASE("a large file is handed over, not read") {
    const Site site;
    StaticFiles files(site.root, {});
    const Asked large = ask(files, "/large.bin");
    CHECK(large.body.empty());
    REQUIRE(large.file.file);
    CHECK(large.file.count == DocumentRoot::kLargestSmall + 1);
    const Asked part = ask(files, "/large.bin", {{"Range", "bytes=10-19"}});
    CHECK(part.status == 206);
    CHECK(part.file.offset == 10);
    CHECK(part.file.count == 10);
    CHECK_FALSE(ask(files, "/large.bin", {}, "HEAD").file.file);
}

TEST_CASE("nothing outside the root is served, and nothing but files") {
    const Site site;
    StaticFiles files(site.root, {});
    for (const char* path : {"/out", "/absolute", "/nowhere", "/hello.txt/", "/hello.txt/x",
                             "/pipe", "/dir/nowhere", "/proc/self/fd/0"}) {
        CAPTURE(path);
        CHECK(ask(files, path).status == 404);
    }
    for (const char* path :
         {"/../secret.txt", "/%2e%2e/secret.txt", "/a%00b", "/..%2fsecret.txt"}) {
        CAPTURE(path);
        CHECK(ask(files, path).status == 400);
    }
    CHECK(ask(files, "/" + std::string(5000, 'n')).status == 404);
}

TEST_CASE(
    "names that begin with a dot are hidden, .well-known excepted, unless they are asked for") {
    const Site site;
    for (const char* folder : {".git", "dir/.git", ".well-known", "dir/.well-known"})
        fs::create_directories(site.root / folder);
    for (const char* file : {".env", ".git/config", "dir/.git/config", ".well-known/security.txt",
                             ".well-known/.env", "dir/.well-known/a", "a.b"})
        Site::put(site.root / file, "text");
    StaticFiles files(site.root, {});
    for (const char* path :
         {"/.env", "/%2eenv", "/.git/config", "/.git", "/dir/.git/config", "/.well-known/.env",
          "/dir/.well-known/a", "/dir/../.env", "/.nowhere"}) {
        CAPTURE(path);
        CHECK(ask(files, path).status == 404);
    }
    CHECK(ask(files, "/.well-known/security.txt").body == "text");
    CHECK(ask(files, "/.well-known").value("Location") == "/.well-known/");
    CHECK(ask(files, "/.well-knownx").status == 404);
    CHECK(ask(files, "/a.b").body == "text");
    StaticFiles all(site.root, {.fields = {}, .dotfiles = true});
    CHECK(ask(all, "/.env").body == "text");
    CHECK(ask(all, "/.git/config").body == "text");
}

TEST_CASE("a changed file is served changed, at once") {
    const Site site;
    StaticFiles files(site.root, {});
    const std::string old_tag = ask(files, "/hello.txt").value("ETag");
    CHECK(ask(files, "/hello.txt").value("ETag") == old_tag);
    Site::put(site.root / "hello.txt", "HELLO, WORLD\n", 1800);
    const Asked changed = ask(files, "/hello.txt");
    CHECK(changed.body == "HELLO, WORLD\n");
    CHECK(changed.value("ETag") != old_tag);
    fs::remove(site.root / "hello.txt");
    CHECK(ask(files, "/hello.txt").status == 404);
}

TEST_CASE("what the client has is not sent again") {
    const Site site;
    StaticFiles files(site.root, {});
    const std::string tag = ask(files, "/hello.txt").value("ETag");
    const Asked same = ask(files, "/hello.txt", {{"If-None-Match", tag}});
    CHECK(same.status == 304);
    CHECK(same.value("ETag") == tag);
    CHECK_FALSE(same.has("Content-Type"));
    CHECK(ask(files, "/hello.txt", {{"If-None-Match", "\"x\""}}).status == 200);
    CHECK(ask(files, "/hello.txt", {{"If-Match", "\"x\""}}).status == 412);
}

TEST_CASE("a part of a file is served as one") {
    const Site site;
    StaticFiles files(site.root, {});
    const Asked part = ask(files, "/hello.txt", {{"Range", "bytes=-6"}});
    CHECK(part.status == 206);
    CHECK(part.body == "world\n");
    CHECK(part.has("Content-Range: bytes 7-12/13\r\n"));
    const Asked beyond = ask(files, "/hello.txt", {{"Range", "bytes=13-"}});
    CHECK(beyond.status == 416);
    CHECK(beyond.has("Content-Range: bytes */13\r\n"));
    for (const char* range : {"bytes=2-3", "bytes=13-"}) {
        const Asked head = ask(files, "/hello.txt", {{"Range", range}}, "HEAD");
        CHECK(head.status == 200);
        CHECK(head.has("Content-Length: 13\r\n"));
    }
    CHECK(ask(files, "/hello.txt", {{"Range", "bytes=0-4"}, {"If-Range", "\"x\""}}).status == 200);
}

TEST_CASE("a directory without its slash is redirected, and never to another host") {
    const Site site;
    StaticFiles files(site.root, {});
    const Asked moved = ask(files, "/dir");
    CHECK(moved.status == 301);
    CHECK(moved.value("Location") == "/dir/");
    CHECK(ask(files, "//dir").value("Location") == "/dir/");
}

TEST_CASE("a compressed twin is sent to those who take it") {
    const Site site;
    Site::put(site.root / "app.js.gz", "compressed");
    StaticFiles::Settings settings;
    settings.precompressed = true;
    settings.fields.add("Cache-Control", "max-age=60");
    StaticFiles files(site.root, settings);
    const Asked zipped = ask(files, "/app.js", {{"Accept-Encoding", "br, gzip"}});
    CHECK(zipped.body == "compressed");
    CHECK(zipped.has("Content-Encoding: gzip\r\n"));
    CHECK(zipped.has("Content-Type: text/javascript"));
    CHECK(zipped.has("Cache-Control: max-age=60\r\n"));
    const Asked plain = ask(files, "/app.js", {{"Accept-Encoding", "gzip;q=0"}});
    CHECK(plain.body == "let a;");
    CHECK(plain.has("Vary: Accept-Encoding\r\n"));
    CHECK(ask(files, "/hello.txt", {{"Accept-Encoding", "gzip"}}).body == "hello, world\n");
}

TEST_CASE("what lies beside nothing, or beside what is no file, is no twin") {
    const Site site;
    Site::put(site.root / "dir.gz", "an archive");
    Site::put(site.root / "only.js.gz", "compressed");
    StaticFiles::Settings settings;
    settings.precompressed = true;
    StaticFiles files(site.root, settings);
    const std::vector<Field> gzip = {{"Accept-Encoding", "gzip"}};
    CHECK(ask(files, "/dir", gzip).status == 301);
    CHECK(ask(files, "/only.js", gzip).status == 404);
    CHECK(ask(files, "/only.js.gz", gzip).body == "compressed");
}

TEST_CASE("a file of the future was not modified later than its answer") {
    const Site site;
    Site::put(site.root / "future.txt", "soon", -86'400);
    StaticFiles files(site.root, {});
    const Asked future = ask(files, "/future.txt");
    const auto modified = parse_date(future.value("Last-Modified"));
    const auto date = parse_date(future.value("Date"));
    REQUIRE(modified);
    REQUIRE(date);
    CHECK(*modified <= *date);
}

TEST_CASE("a root that is not there is an error") {
    CHECK_THROWS_AS(StaticFiles("/nowhere/at/all", {}), std::system_error);
}
