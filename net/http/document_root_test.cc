#include "net/http/document_root.hh"

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <filesystem>
#include <fstream>
#include <system_error>

using namespace waymark::net::http;
namespace fs = std::filesystem;
using Kind = DocumentRoot::Kind;

namespace {
int renames_in_the_way = 0;  // so many attempts at openat2 are told to try again
}

// The C library's, with openat2 as it is while others rename files.
extern "C" long syscall(long number, ...) noexcept {
    using Syscall = long (*)(long, ...);
    static const auto original = reinterpret_cast<Syscall>(::dlsym(RTLD_NEXT, "syscall"));
    if (number == SYS_openat2 && renames_in_the_way > 0) {
        --renames_in_the_way;
        errno = EAGAIN;
        return -1;
    }
    va_list list;
    va_start(list, number);
    long values[6];
    for (long& value : values) value = va_arg(list, long);
    va_end(list);
    return original(number, values[0], values[1], values[2], values[3], values[4], values[5]);
}

namespace {

struct Site {
    fs::path base = fs::temp_directory_path() / ("waymark-root-" + std::to_string(::getpid()));
    fs::path root = base / "root";
    fs::path outside = base / "outside";

    Site() {
        fs::remove_all(base);
        fs::create_directories(root / "dir");
        fs::create_directories(outside);
        put(outside / "secret.txt", "secret");
        put(root / "top.txt", "at the top");
        put(root / "dir" / "below.txt", "below");
        fs::create_symlink("dir/../top.txt", root / "around");
    }
    ~Site() { fs::remove_all(base); }

    static void put(const fs::path& path, std::string_view text) {
        std::ofstream(path, std::ios::binary) << text;
    }

    static timespec time_of_change(const fs::path& path) {
        struct stat status {};
        REQUIRE(::lstat(path.c_str(), &status) == 0);
        return status.st_ctim;
    }

    // Again and again, until the file system's clock has gone on since the file was read.
    template <class Change>
    static void change(const fs::path& path, Change change) {
        const timespec before = time_of_change(path);
        timespec after = before;
        while (after.tv_sec == before.tv_sec && after.tv_nsec == before.tv_nsec) {
            change();
            after = time_of_change(path);
        }
    }
};

// Keeps each file at once.
DocumentRoot quick_root(const Site& site) {
    return DocumentRoot(site.root, std::chrono::seconds(0));
}

std::string content(DocumentRoot& root, std::string_view path) {
    const DocumentRoot::Found found = root.find(path);
    return found.kind == Kind::document ? found.document->content : "no document";
}

// Reads it, and sees that it is kept now.
void keep(DocumentRoot& root, std::string_view path) {
    const auto first = root.find(path);
    REQUIRE(first.kind == Kind::document);
    REQUIRE(root.find(path).document == first.document);
}

}  // namespace

TEST_CASE("only a file that has been left alone for a while is kept") {
    const Site site;
    DocumentRoot root(site.root);
    CHECK(content(root, "/top.txt") == "at the top");
    CHECK(root.kept_bytes() == 0);
    DocumentRoot quick = quick_root(site);
    keep(quick, "/top.txt");
    keep(quick, "/dir/below.txt");
    CHECK(quick.kept_bytes() == 15);
}

TEST_CASE("a kept file is not served once its path leads out") {
    const Site site;
    DocumentRoot root = quick_root(site);
    SUBCASE("a link is put in its place") {
        keep(root, "/top.txt");
        fs::remove(site.root / "top.txt");
        fs::create_symlink("../outside/secret.txt", site.root / "top.txt");
        CHECK(root.find("/top.txt").kind == Kind::nothing);
    }
    SUBCASE("the file itself is moved, and a link leads to it") {
        keep(root, "/top.txt");
        fs::rename(site.root / "top.txt", site.outside / "moved.txt");
        fs::create_symlink("../outside/moved.txt", site.root / "top.txt");
        CHECK(root.find("/top.txt").kind == Kind::nothing);
    }
    SUBCASE("its directory is moved, and a link leads to that") {
        keep(root, "/dir/below.txt");
        fs::rename(site.root / "dir", site.outside / "dir");
        fs::create_directory_symlink("../outside/dir", site.root / "dir");
        CHECK(root.find("/dir/below.txt").kind == Kind::nothing);
    }
    SUBCASE("a link at the top leads to a file in a directory, which is moved") {
        fs::create_symlink("dir/below.txt", site.root / "link");
        keep(root, "/link");
        fs::rename(site.root / "dir", site.outside / "dir");
        fs::create_directory_symlink("../outside/dir", site.root / "dir");
        CHECK(root.find("/link").kind == Kind::nothing);
    }
}

TEST_CASE("a kept file is read anew when its rights change") {
    const Site site;
    DocumentRoot root = quick_root(site);
    keep(root, "/top.txt");
    const auto before = root.find("/top.txt").document;
    fs::permissions(site.root / "top.txt", fs::perms::none);
    const DocumentRoot::Found found = root.find("/top.txt");
    // Root may read it all the same.
    CHECK(found.kind == (::geteuid() == 0 ? Kind::document : Kind::forbidden));
    CHECK(found.document != before);
}

TEST_CASE("a changed file is served changed, also when its old length and time are put back") {
    const Site site;
    DocumentRoot root = quick_root(site);
    keep(root, "/top.txt");
    const std::string old_tag = root.find("/top.txt").document->entity_tag;
    const fs::path path = site.root / "top.txt";
    const auto old_time = fs::last_write_time(path);
    Site::change(path, [&] {
        Site::put(path, "AT THE TOP");
        fs::last_write_time(path, old_time);
    });
    CHECK(content(root, "/top.txt") == "AT THE TOP");
    CHECK(root.find("/top.txt").document->entity_tag != old_tag);
}

TEST_CASE("while others rename files a link is followed all the same, unless that does not end") {
    const Site site;
    DocumentRoot root = quick_root(site);
    renames_in_the_way = 100;
    CHECK(content(root, "/around") == "at the top");
    CHECK(renames_in_the_way == 0);
    renames_in_the_way = 100'000;
    CHECK_THROWS_AS(root.find("/dir/below.txt"), std::system_error);
    renames_in_the_way = 0;
}
