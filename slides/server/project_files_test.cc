#include "slides/server/project_files.hh"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "daemon/folder_under_test.hh"

using namespace waymark::slides;
namespace fs = std::filesystem;

namespace {

// A checkout in a folder that has something beside it.
struct Checkout {
    Checkout() {
        fs::create_directories(base / "outside");
        fs::create_directories(root() / "daemon/deep");
        std::ofstream(base / "outside/private.txt") << "private";
        fs::create_directories(root() / "private");
        std::ofstream(root() / "top.cc") << "not of the course";
        std::ofstream(root() / "private/a.cc") << "not of the course";
        std::ofstream(root() / "daemon/a.cc") << "a";
        std::ofstream(root() / "daemon/.hidden.cc") << "hidden";
        std::ofstream(root() / "daemon/a.out") << "no kind of ours";
        fs::create_directory_symlink("../../outside", root() / "daemon/away");
        fs::create_directory_symlink("deep", root() / "daemon/near");
        fs::create_symlink("../../outside/private.txt", root() / "daemon/away.txt");
    }
    fs::path root() const { return base / "root"; }
    waymark::daemon::TemporaryFolder folder;
    fs::path base = folder.path();
};

}  // namespace

TEST_CASE("a folder is listed without what is hidden, of other kinds, or a link") {
    const Checkout checkout;
    const ProjectFiles files(checkout.root());
    CHECK(files.list("daemon") == std::vector<std::string>{"a.cc", "deep/"});
    CHECK_FALSE(files.list("nowhere"));
    CHECK_FALSE(files.list("daemon/nowhere"));
    CHECK_FALSE(files.list("daemon/a.cc"));
}

TEST_CASE("neither a list nor a file is reached through a link that leads out") {
    const Checkout checkout;
    ProjectFiles files(checkout.root());
    CHECK_FALSE(files.list("daemon/away"));
    CHECK_FALSE(files.list("daemon/../../outside"));
    CHECK_FALSE(files.read("daemon/away.txt"));
    CHECK_FALSE(files.read("daemon/away/private.txt"));
    CHECK(files.read("daemon/a.cc") == "a");
}

TEST_CASE("only the course's folders are shown, and by one name each") {
    const Checkout checkout;
    ProjectFiles files(checkout.root());
    CHECK_FALSE(files.list("private"));
    CHECK_FALSE(files.read("private/a.cc"));
    CHECK_FALSE(files.read("top.cc"));
    CHECK(files.list("daemon/deep"));
    CHECK_FALSE(files.list("daemon//deep"));
    CHECK_FALSE(files.list("daemon/deep/.."));
    CHECK_FALSE(files.read("daemon//a.cc"));
    CHECK_FALSE(files.read("daemon/deep/../a.cc"));
    CHECK_FALSE(files.read("daemon/%61.cc"));
}
