#include "net/socket_file.hh"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "daemon/folder_under_test.hh"
#include "net/listener.hh"

using namespace waymark::net;
using waymark::daemon::TemporaryFolder;

namespace {

struct Bound {
    explicit Bound(const std::string& path)
        : listener(std::in_place, Address::parse("unix:" + path)), file(listener->address()) {}

    std::optional<Listener> listener;
    SocketFile file;
};

}  // namespace

TEST_CASE("the file of a Unix socket is removed once, by who bound it") {
    const TemporaryFolder folder;
    const Bound bound(folder.file("socket"));
    CHECK(bound.file.remove());
    CHECK_FALSE(std::filesystem::exists(folder.file("socket")));
    CHECK_FALSE(bound.file.remove());
}

TEST_CASE("the file of a server that has taken the path since stays, whatever its inode is") {
    const TemporaryFolder folder;
    const std::string path = folder.file("socket");
    for (int server = 0; server < 20; ++server) {
        Bound before(path);
        before.listener.reset();
        const Bound after(path);  // found nobody there
        CHECK_FALSE(before.file.remove());
        CHECK(std::filesystem::is_socket(path));
        CHECK(after.file.remove());
    }
}

TEST_CASE("what somebody has put in its place stays") {
    const TemporaryFolder folder;
    const std::string path = folder.file("socket");
    const Bound bound(path);
    std::filesystem::remove(path);
    std::ofstream(path) << "keep me";
    CHECK_FALSE(bound.file.remove());
    CHECK(std::filesystem::file_size(path) == 7);
    std::filesystem::remove(path);
    const Bound other(folder.file("other"));
    std::filesystem::create_symlink(folder.file("other"), path);
    CHECK_FALSE(bound.file.remove());
    CHECK(std::filesystem::is_symlink(path));
}

TEST_CASE("addresses without a file have none to remove") {
    CHECK_FALSE(SocketFile().remove());
    CHECK_FALSE(SocketFile(Address::parse("127.0.0.1:80")).remove());
    CHECK_FALSE(SocketFile(Address::parse("unix:@name")).remove());
    CHECK_FALSE(SocketFile(Address::parse("unix:/no/such/socket")).remove());
}
