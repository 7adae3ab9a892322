#include "place_file.hh"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"

using namespace waymark;
using namespace waymark::logrelay;

namespace {

struct Folder {
    std::string file() const { return path + "/place"; }
    daemon::TemporaryFolder folder;
    std::string path = folder.path();
};

}  // namespace

TEST_CASE("a place is read as it was written, and replaced by the next") {
    const Folder folder;
    CHECK_FALSE(read_place_file(folder.file()));
    write_place_file(folder.file(), {1'764'399'602'123, 17});
    CHECK(read_place_file(folder.file()) == Place{1'764'399'602'123, 17});
    write_place_file(folder.file(), {2, 3});
    CHECK(read_place_file(folder.file()) == Place{2, 3});
    CHECK_FALSE(std::filesystem::exists(folder.file() + ".new"));
    struct stat status {};
    REQUIRE(::stat(folder.file().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("what is no place is a mistake that is told") {
    const Folder folder;
    for (const char* text : {"", "17", "1.2\n\n", "from 1.2", "1.2 3", "..."}) {
        std::ofstream(folder.file()) << text;
        CHECK_THROWS_AS(read_place_file(folder.file()), daemon::UsageError);
    }
}

TEST_CASE("what was left beside it is no way to another file, nor to be read by others") {
    const Folder folder;
    const std::string beside = folder.file() + ".new", other = folder.path + "/other";
    std::ofstream(other) << "theirs";
    std::filesystem::create_symlink(other, beside);
    write_place_file(folder.file(), {1, 2});
    CHECK(read_place_file(folder.file()) == Place{1, 2});
    CHECK(std::filesystem::file_size(other) == 6);
    std::ofstream(beside) << "left";
    std::filesystem::permissions(beside, std::filesystem::perms(0644));
    write_place_file(folder.file(), {1, 3});
    struct stat status {};
    REQUIRE(::lstat(folder.file().c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    CHECK(S_ISREG(status.st_mode));
}

TEST_CASE("what cannot be waited for is no place either") {
    const Folder folder;
    REQUIRE(::mkfifo(folder.file().c_str(), 0600) == 0);
    CHECK_THROWS_AS(read_place_file(folder.file()), daemon::UsageError);
}

TEST_CASE("where it cannot be written the old place stays") {
    const Folder folder;
    write_place_file(folder.file(), {1, 2});
    std::filesystem::create_directory(folder.file() + ".new");
    CHECK_THROWS_AS(write_place_file(folder.file(), {3, 4}), std::system_error);
    CHECK(read_place_file(folder.file()) == Place{1, 2});
    CHECK_THROWS_AS(write_place_file("/no/such/folder/place", {3, 4}), std::system_error);
}
