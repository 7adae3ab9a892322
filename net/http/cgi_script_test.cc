#include "net/http/cgi_script.hh"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "daemon/folder_under_test.hh"

using namespace waymark;
using net::http::CgiDirectory;
using net::http::CgiScript;
using Kind = CgiScript::Kind;

namespace {

struct Programs {
    daemon::TemporaryFolder folder;

    Programs() {
        std::filesystem::create_directories(folder.file("cgi/deep"));
        for (const char* name : {"cgi/a.cgi", "cgi/deep/b.cgi", "cgi/.hidden", "outside"})
            put(name, 0755);
        put("cgi/plain.txt", 0644);
        std::filesystem::create_symlink("../outside", folder.file("cgi/way-out"));
        std::filesystem::create_symlink("deep/b.cgi", folder.file("cgi/inside"));
    }
    void put(const std::string& name, mode_t mode) const {
        std::ofstream(folder.file(name)) << "#!/bin/sh\n";
        REQUIRE(::chmod(folder.file(name).c_str(), mode) == 0);
    }
};

}  // namespace

TEST_CASE("the longest beginning of a path that is a program is it, and the rest is for it") {
    const Programs programs;
    const CgiDirectory directory(programs.folder.file("cgi"));
    const CgiScript plain = directory.find("/a.cgi");
    CHECK(plain.kind == Kind::program);
    CHECK(plain.name == "/a.cgi");
    CHECK(plain.path_info.empty());
    CHECK(std::filesystem::equivalent(plain.file, programs.folder.file("cgi/a.cgi")));
    const CgiScript deep = directory.find("/deep/b.cgi/x/y/");
    CHECK(deep.kind == Kind::program);
    CHECK(deep.name == "/deep/b.cgi");
    CHECK(deep.path_info == "/x/y/");
    CHECK(deep.directory.ends_with("/cgi/deep"));
    CHECK(directory.find("/inside").kind == Kind::program);
}

TEST_CASE("what is no program is nothing, and what may not be executed is forbidden") {
    const Programs programs;
    const CgiDirectory directory(programs.folder.file("cgi"));
    for (const char* path : {"/", "", "/none", "/deep", "/deep/", "/.hidden", "/deep/none/x"}) {
        CAPTURE(path);
        CHECK(directory.find(path).kind == Kind::nothing);
    }
    CHECK(directory.find("/plain.txt").kind == Kind::forbidden);
    CHECK_THROWS_AS(CgiDirectory(programs.folder.file("none")), std::system_error);
}

TEST_CASE("no link leads out of the directory") {
    const Programs programs;
    const CgiDirectory directory(programs.folder.file("cgi"));
    CHECK(directory.find("/way-out").kind == Kind::nothing);
    CHECK(directory.find("/way-out/x").kind == Kind::nothing);
}
