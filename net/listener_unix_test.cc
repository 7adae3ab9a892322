// The file of a Unix listener: whose it is, who may come in, and when it is replaced.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include "daemon/children_under_test.hh"
#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "net/clients_under_test.hh"
#include "net/listener.hh"
#include "net/streams_under_test.hh"
#include "net/timed_io.hh"

using namespace waymark::net;
using namespace waymark::daemon;

namespace {

bool fchmod_fails = false;

Address at(const std::string& path) {
    return Address::parse("unix:" + path);
}

std::string error_of(const Address& address) {
    try {
        const Listener listener(address);
        return "listens on " + listener.address().to_string();
    } catch (const std::system_error& error) {
        return error.what();
    }
}

struct stat stat_of(const std::string& path) {
    struct stat status {};
    check(::stat(path.c_str(), &status), "stat", path);
    return status;
}

// The mode of the file of a listener that is made under this umask.
mode_t mode_under(mode_t mask) {
    const TemporaryFolder folder;
    const mode_t previous = ::umask(mask);
    const Listener listener(at(folder.file("socket")));
    ::umask(previous);
    return stat_of(folder.file("socket")).st_mode & 0777;
}

bool is_root(const char* what) {
    if (::geteuid() == 0) return true;
    fmt::print("SKIP: listener: {}: needs root, to be two users\n", what);
    return false;
}

constexpr uid_t kStranger = 65533;
constexpr gid_t kGroup = 65532;

// What a process of another user gets from connect(2): 0, or the errno.
int connect_as_stranger(const Address& address, gid_t group) {
    const ExitStatus status = waymark::daemon::status_of([&] {
        if (::setgroups(0, nullptr) == -1 || ::setresgid(group, group, group) == -1 ||
            ::setresuid(kStranger, kStranger, kStranger) == -1)
            return 100;
        const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        return ::connect(socket.get(), address.data(), address.size()) == 0 ? 0 : errno;
    });
    return status.code();
}

}  // namespace

// Does what the C library's does, unless a test wants it to fail.
extern "C" int fchmod(int fd, mode_t mode) noexcept {
    if (!fchmod_fails) return static_cast<int>(::syscall(SYS_fchmod, fd, mode));
    errno = EPERM;
    return -1;
}

TEST_CASE("a Unix socket is for its owner alone, whatever the umask leaves") {
    CHECK(mode_under(0) == 0600);
    CHECK(mode_under(022) == 0600);
    CHECK(mode_under(0200) == 0400);
}

TEST_CASE("its file has the process's group, or that of a folder which hands its own down") {
    const TemporaryFolder folder;
    const Listener listener(at(folder.file("socket")));
    CHECK(stat_of(folder.file("socket")).st_gid == ::getegid());
    if (!is_root("a folder with the set-group-ID bit")) return;
    check(::chown(folder.path().c_str(), 0, kGroup), "chown");
    check(::chmod(folder.path().c_str(), 02755), "chmod");
    const Listener second(at(folder.file("second")));
    CHECK(stat_of(folder.file("second")).st_gid == kGroup);
    CHECK((stat_of(folder.file("second")).st_mode & 0777) == 0600);
}

TEST_CASE("a stranger is kept out until mode and group let him in; an abstract socket is open") {
    if (!is_root("who may connect")) return;
    const TemporaryFolder folder;
    check(::chmod(folder.path().c_str(), 0755), "chmod");
    const std::string path = folder.file("socket");
    Listener listener(at(path));
    CHECK(connect_as_stranger(listener.address(), kGroup) == EACCES);
    check(::chmod(path.c_str(), 0660), "chmod");
    CHECK(connect_as_stranger(listener.address(), kGroup) == EACCES);
    check(::chown(path.c_str(), 0, kGroup), "chown");
    CHECK(connect_as_stranger(listener.address(), kGroup) == 0);
    CHECK(connect_as_stranger(listener.address(), kGroup + 1) == EACCES);
    CHECK(accept_soon(listener).status == AcceptStatus::accepted);

    const Listener abstract(at("@waymark-listener-test-" + std::to_string(::getpid())));
    CHECK(connect_as_stranger(abstract.address(), kGroup) == 0);
}

TEST_CASE("without its mode there is no socket, no file and no descriptor") {
    const TemporaryFolder folder;
    const int before = count_open_descriptors();
    fchmod_fails = true;
    const std::string error = error_of(at(folder.file("socket")));
    fchmod_fails = false;
    CHECK(error == "fchmod unix:" + folder.file("socket") + ": Operation not permitted");
    CHECK_FALSE(std::filesystem::exists(folder.file("socket")));
    CHECK(count_open_descriptors() == before);
    CHECK(error_of(at(folder.file("socket"))).find("listens on") == 0);
}

TEST_CASE("clients come in at the file, which stays there when the listener is closed") {
    const TemporaryFolder folder;
    Listener listener(at(folder.file("socket")));
    const Fd client = connect_client(listener.address());
    CHECK(accept_soon(listener).peer.family() == AF_UNIX);
    listener.close();
    CHECK(std::filesystem::is_socket(folder.file("socket")));  // net/socket_file removes it
}

TEST_CASE("the file of an ended server is replaced, that of a living one is not") {
    const TemporaryFolder folder;
    const Address address = at(folder.file("socket"));
    { const Listener ended(address); }
    CHECK(std::filesystem::exists(folder.file("socket")));
    Listener living(address);
    CHECK(error_of(address).find("Address already in use; a server answers there") !=
          std::string::npos);
    CHECK(accept_soon(living).status == AcceptStatus::accepted);  // the question, whether it lives
    const Fd client = connect_client(address);
    CHECK(accept_soon(living).status == AcceptStatus::accepted);
}

TEST_CASE("a file that is not a stream socket is not removed") {
    const TemporaryFolder folder;
    std::ofstream(folder.file("letter")) << "keep me";
    CHECK(error_of(at(folder.file("letter"))).find("is not a stream socket") != std::string::npos);
    CHECK(std::filesystem::file_size(folder.file("letter")) == 7);
    const Address datagrams = at(folder.file("datagrams"));
    const Fd other(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    check(::bind(other.get(), datagrams.data(), datagrams.size()), "bind");
    CHECK(error_of(datagrams).find("bind unix:") == 0);
    CHECK(std::filesystem::is_socket(folder.file("datagrams")));
    CHECK(error_of(at(folder.file("no/socket"))).find("make its folder first") !=
          std::string::npos);
}
