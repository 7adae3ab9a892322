#include "store/demo_folder.hh"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "store/data_folder.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;
using waymark::daemon::UsageError;

namespace {

void make_database(const TemporaryFolder& folder) {
    std::ofstream(database_path(folder.path())) << "positions";
}

// The error's text, or nothing.
std::string refusal(const TemporaryFolder& folder, bool demo) {
    try {
        settle_demo_folder(folder.path(), demo);
        return "";
    } catch (const UsageError& error) {
        return error.what();
    }
}

bool names(const std::string& error, const TemporaryFolder& folder, const std::string& cure) {
    return error.find(folder.path()) != std::string::npos && error.find(cure) != std::string::npos;
}

}  // namespace

TEST_CASE("the demo's folder is beside the default one") {
    CHECK(default_demo_folder() == default_data_folder() + "-demo");
}

TEST_CASE("an empty folder becomes the demo's, and stays it with a database") {
    const TemporaryFolder folder;
    CHECK(refusal(folder, true) == "");
    CHECK(std::filesystem::exists(folder.file(kDemoMark)));
    CHECK(refusal(folder, true) == "");
    make_database(folder);
    CHECK(refusal(folder, true) == "");
}

TEST_CASE("an empty folder becomes a person's own without a mark") {
    const TemporaryFolder folder;
    CHECK(refusal(folder, false) == "");
    CHECK(std::filesystem::is_empty(folder.path()));
    make_database(folder);
    CHECK(refusal(folder, false) == "");
}

TEST_CASE("a demo in a person's own folder is refused, and leaves it as it was") {
    const TemporaryFolder folder;
    make_database(folder);
    CHECK(names(refusal(folder, true), folder, "leave out --demo"));
    CHECK_FALSE(std::filesystem::exists(folder.file(kDemoMark)));
    CHECK(refusal(folder, false) == "");
}

TEST_CASE("a database that is a link which leads nowhere now is a person's own, too") {
    const TemporaryFolder folder;
    std::filesystem::create_symlink("/nonexistent/waymark.db", database_path(folder.path()));
    CHECK(names(refusal(folder, true), folder, "leave out --demo"));
}

TEST_CASE("a demo's folder without a demo is refused, also before it has a database") {
    const TemporaryFolder folder;
    CHECK(refusal(folder, true) == "");
    CHECK(names(refusal(folder, false), folder, "add --demo"));
    make_database(folder);
    CHECK(names(refusal(folder, false), folder, "add --demo"));
}

TEST_CASE("a person's devices are refused in a demo's folder only") {
    const TemporaryFolder folder;
    CHECK_NOTHROW(refuse_demo_folder(folder.path()));
    make_database(folder);
    CHECK_NOTHROW(refuse_demo_folder(folder.path()));
    std::ofstream(folder.file(kDemoMark)) << "";
    CHECK_THROWS_AS(refuse_demo_folder(folder.path()), UsageError);
}

TEST_CASE("a folder that cannot be looked at is nobody's to mark") {
    const TemporaryFolder folder;
    std::ofstream(folder.file("file")) << "";
    CHECK_THROWS_AS(settle_demo_folder(folder.file("file"), true), std::system_error);
}
