#include "store/data_folder.hh"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;
using waymark::daemon::UsageError;

namespace {

bool is_root() {
    if (::geteuid() == 0) return true;
    std::printf("SKIP: data folder: what root gives away: needs root\n");
    return false;
}

uid_t owner_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_uid;
}

}  // namespace

TEST_CASE("a folder with anything else in it is not given away, and the refusal names it") {
    if (!is_root()) return;
    const TemporaryFolder folder;
    CHECK_NOTHROW(require_own_folder(folder.path(), "nobody"));
    for (const char* const name : {"waymark.db", "waymark.db-wal", "waymark.db.before-v2",
                                   "waymark.demo", "tracker.pid", "tracker.log.1", "control.sock"})
        std::ofstream(folder.file(name)) << "x";
    CHECK_NOTHROW(require_own_folder(folder.path(), "nobody"));
    std::ofstream(folder.file("shadow")) << "x";
    CHECK_THROWS_WITH_AS(require_own_folder(folder.path(), "nobody"), doctest::Contains("shadow"),
                         UsageError);
    CHECK_THROWS_AS(require_own_folder("/etc", "nobody"), UsageError);
}

TEST_CASE("a folder that is the user's already may hold what it likes") {
    if (!is_root()) return;
    const TemporaryFolder folder;
    std::ofstream(folder.file("backup.db")) << "x";
    CHECK_THROWS_AS(require_own_folder(folder.path(), "nobody"), UsageError);
    REQUIRE(::chown(folder.path().c_str(), 65534, 65534) == 0);
    CHECK_NOTHROW(require_own_folder(folder.path(), "nobody"));
}

TEST_CASE("a folder of somebody else's names its owner, and root's names nobody") {
    if (!is_root()) return;
    const TemporaryFolder folder;
    std::ofstream(folder.file("backup.db")) << "x";
    const auto refusal = [&folder] {
        try {
            require_own_folder(folder.path(), "nobody");
        } catch (const UsageError& error) {
            return std::string(error.what());
        }
        return std::string("it was taken");
    };
    CHECK(refusal().find("nobody: name a new") != std::string::npos);
    constexpr uid_t kDaemon = 1;  // base-passwd
    REQUIRE(::chown(folder.path().c_str(), kDaemon, kDaemon) == 0);
    CHECK(refusal().find("nobody: say --user daemon, whose it is, or name a new") !=
          std::string::npos);
}

TEST_CASE("a file with a second name is not given away") {
    if (!is_root()) return;
    const TemporaryFolder folder;
    std::ofstream(folder.file("secret")) << "x";
    std::filesystem::create_hard_link(folder.file("secret"), folder.file("waymark.db"));
    std::filesystem::create_symlink("secret", folder.file("tracker.log"));
    std::ofstream(folder.file("tracker.pid")) << "x";
    give_data_folder(folder.path(), "nobody");
    CHECK(owner_of(folder.file("secret")) == 0);
    CHECK(owner_of(folder.file("tracker.pid")) == 65534);
    CHECK(owner_of(folder.path()) == 65534);
    give_to_owner_of_folder(folder.file("waymark.db"));
    CHECK(owner_of(folder.file("secret")) == 0);
    std::ofstream(folder.file("waymark.store")) << "x";
    give_to_owner_of_folder(folder.file("waymark.store"));
    CHECK(owner_of(folder.file("waymark.store")) == 65534);
}
