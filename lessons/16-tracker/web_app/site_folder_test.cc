#include "web_app/site_folder.hh"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"

using namespace waymark;
using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;

namespace {

std::string make_site(const TemporaryFolder& folder, const std::string& name) {
    std::filesystem::create_directories(folder.file(name));
    std::ofstream(folder.file(name) + "/index.html") << "hello";
    return folder.file(name);
}

}  // namespace

TEST_CASE("a folder that was named is used, or refused by its name") {
    const TemporaryFolder folder;
    const std::string site = make_site(folder, "pages");
    CHECK(find_site(site, "/nowhere") == site);
    CHECK_THROWS_WITH_AS(
        find_site("/nowhere/pages", folder.path()),
        "/nowhere/pages has no index.html: name the folder with the pages with --site",
        daemon::UsageError);
}

TEST_CASE("pages are found where they were built, before where they are installed") {
    const TemporaryFolder folder;
    const std::string program = folder.file("bin");
    std::filesystem::create_directories(program);
    CHECK_THROWS_AS(find_site("", program), daemon::UsageError);
    make_site(folder, "share/waymark/site");
    CHECK(find_site("", program) == program + "/../share/waymark/site");
    make_site(folder, "bin/web/site");
    CHECK(find_site("", program) == program + "/web/site");
}

TEST_CASE("this program's folder is one that holds it") {
    CHECK(std::filesystem::exists(
        program_folder() + "/" +
        std::filesystem::read_symlink("/proc/self/exe").filename().string()));
}
