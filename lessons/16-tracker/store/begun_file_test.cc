#include "store/begun_file.hh"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;
using waymark::daemon::UsageError;

namespace {

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_to(const BegunFile& file, std::string_view text) {
    REQUIRE(::write(file.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

}  // namespace

TEST_CASE("a file has its name at its end only, and no other name then") {
    const TemporaryFolder folder;
    const std::string path = folder.file("van.gpx");
    {
        BegunFile file(path, ".part");
        write_to(file, "whole");
        CHECK_FALSE(std::filesystem::exists(path));
        CHECK(file.begun() == path + ".part");
        CHECK(file.end(IfThere::refuse));
    }
    CHECK(text_of(path) == "whole");
    CHECK_FALSE(std::filesystem::exists(path + ".part"));
}

TEST_CASE("one that is given up leaves nothing, and one that may not replace changes nothing") {
    const TemporaryFolder folder;
    const std::string path = folder.file("van.gpx");
    std::ofstream(path) << "precious";
    {
        BegunFile file(path, ".part");
        write_to(file, "a part");
    }
    {
        BegunFile file(path, ".part");
        write_to(file, "another");
        CHECK_FALSE(file.end(IfThere::refuse));
    }
    CHECK(text_of(path) == "precious");
    CHECK_FALSE(std::filesystem::exists(path + ".part"));
}

TEST_CASE("two that write one file at once are not made one: the second is refused") {
    const TemporaryFolder folder;
    const std::string path = folder.file("copy.db");
    std::optional<BegunFile> first;
    first.emplace(path, ".partial");
    write_to(*first, "the first");
    CHECK_THROWS_AS(BegunFile(path, ".partial"), UsageError);
    CHECK(first->end(IfThere::refuse));
    CHECK(text_of(path) == "the first");
    // The one that has its name is in nobody's way, also while it is held.
    BegunFile second(path, ".partial");
    write_to(second, "the second");
    first.reset();
    CHECK(second.end(IfThere::replace));
    CHECK(text_of(path) == "the second");
}

TEST_CASE("what a killed program has left is begun anew, and is nobody else's to read") {
    const TemporaryFolder folder;
    const std::string path = folder.file("van.gpx");
    std::ofstream(path + ".part") << "left by a program that was killed";
    std::filesystem::permissions(path + ".part", std::filesystem::perms(0666));
    BegunFile file(path, ".part");
    write_to(file, "whole");
    CHECK(file.end(IfThere::refuse));
    CHECK(text_of(path) == "whole");
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600);
}

TEST_CASE("what leads elsewhere is not written through") {
    const TemporaryFolder folder;
    const std::string other = folder.file("other");
    std::ofstream(other) << "precious";
    std::filesystem::create_symlink(other, folder.file("a.part"));
    std::filesystem::create_hard_link(other, folder.file("b.part"));
    REQUIRE(::mkfifo(folder.file("c.part").c_str(), 0600) == 0);
    for (const char* const name : {"a", "b", "c"})
        CHECK_THROWS_AS(BegunFile(folder.file(name), ".part"), UsageError);
    CHECK(text_of(other) == "precious");
    for (const char* const name : {"a.part", "b.part", "c.part"})
        CHECK(std::filesystem::exists(folder.file(name)));
}
