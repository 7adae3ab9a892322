#include "store/copy_database.hh"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;
using waymark::daemon::UsageError;

namespace {

std::string first_device(const std::string& path) {
    Connection connection(path, Connection::Access::read_only);
    return connection.text("SELECT name FROM device ORDER BY number");
}

unsigned mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777U;
}

}  // namespace

TEST_CASE("a copy is private, whole and alone, also of what is in the log only") {
    const TemporaryFolder folder;
    const std::string path = folder.file("waymark.db");
    Connection writer = open_for_writing(path);
    Devices(writer).add({{"van", {}, {}, {}}}, 0);
    const std::string copy = folder.file("copy.db");
    ::umask(0);
    copy_database(writer, copy, IfThere::refuse);
    ::umask(022);
    CHECK(mode_of(copy) == 0600);
    CHECK(first_device(copy) == "van");
    CHECK_FALSE(std::filesystem::exists(copy + ".partial"));
    CHECK_NOTHROW(open_for_reading(copy));
}

TEST_CASE("a file that is there is replaced only if that is said") {
    const TemporaryFolder folder;
    Connection writer = open_for_writing(folder.file("waymark.db"));
    const std::string copy = folder.file("copy.db");
    std::ofstream(copy) << "precious";
    CHECK_THROWS_AS(copy_database(writer, copy, IfThere::refuse), UsageError);
    CHECK(std::filesystem::file_size(copy) == 8);
    copy_database(writer, copy, IfThere::replace);
    CHECK(std::filesystem::file_size(copy) > 8);
    CHECK_THROWS_AS(copy_database(writer, folder.path(), IfThere::replace), UsageError);
}

TEST_CASE("a copy never takes the place of the database itself, by whatever name") {
    const TemporaryFolder folder;
    const std::string path = folder.file("waymark.db");
    Connection writer = open_for_writing(path);
    Devices(writer).add({{"van", {}, {}, {}}}, 0);
    const std::string link = folder.file("link.db");
    std::filesystem::create_symlink(path, link);
    const std::string second_name = folder.file("second.db");
    std::filesystem::create_hard_link(path, second_name);
    for (const std::string& name :
         {path, path + "-wal", path + "-shm", link, second_name, folder.file("./waymark.db")}) {
        INFO(name);
        CHECK_THROWS_AS(copy_database(writer, name, IfThere::replace), UsageError);
    }
    std::filesystem::create_directory(folder.file("below"));
    CHECK_NOTHROW(copy_database(writer, folder.file("below/waymark.db"), IfThere::replace));
    CHECK(first_device(path) == "van");
}

TEST_CASE("two copies to one name at once are not made one, and a device is no place for one") {
    const TemporaryFolder folder;
    Connection writer = open_for_writing(folder.file("waymark.db"));
    Devices(writer).add({{"van", {}, {}, {}}}, 0);
    const std::string copy = folder.file("copy.db");
    {
        const BegunFile other(copy, ".partial");
        CHECK_THROWS_AS(copy_database(writer, copy, IfThere::replace), UsageError);
        CHECK_FALSE(std::filesystem::exists(copy));
        CHECK(std::filesystem::exists(other.begun()));
    }
    CHECK_NOTHROW(copy_database(writer, copy, IfThere::replace));
    CHECK(first_device(copy) == "van");
    const std::string pipe = folder.file("pipe");
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK_THROWS_AS(copy_database(writer, pipe, IfThere::replace), UsageError);
    CHECK(std::filesystem::is_fifo(pipe));
}

TEST_CASE("a copy that fails leaves the one before it and nothing else") {
    const TemporaryFolder folder;
    const std::string copy = folder.file("copy.db");
    std::ofstream(copy) << "precious";
    Connection writer = open_for_writing(folder.file("waymark.db"));
    Transaction open(writer);  // VACUUM is refused within one
    CHECK_THROWS_AS(copy_database(writer, copy, IfThere::replace), StoreError);
    CHECK(std::filesystem::file_size(copy) == 8);
    CHECK_FALSE(std::filesystem::exists(copy + ".partial"));
}

TEST_CASE("a copy for which there is no room says so of its own file, and leaves nothing") {
    const TemporaryFolder folder;
    Connection writer = open_for_writing(folder.file("waymark.db"));
    const std::string copy = folder.file("copy.db");
    const auto before = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
    const rlimit small{8192, limit.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    std::string said;
    try {
        copy_database(writer, copy, IfThere::refuse);
    } catch (const StoreError& error) {
        said = error.what();
    }
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    std::signal(SIGXFSZ, before);
    CHECK(said.starts_with("write " + copy + ".partial: the disk is full"));
    for (const char* const tail : {"", ".partial", ".partial-journal"})
        CHECK_FALSE(std::filesystem::exists(copy + tail));
}
