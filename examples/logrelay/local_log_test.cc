// With a system log of the test's own, which comes, goes and does not read.

#include "local_log.hh"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "net/address.hh"

using namespace waymark;
using logrelay::LocalLog;

namespace {

struct Folder {
    std::string log() const { return path + "/log"; }
    daemon::TemporaryFolder folder;
    std::string path = folder.path();
};

struct SystemLog {
    SystemLog(const std::string& its_path, int type)
        : path(its_path), socket(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        const net::Address address = net::Address::parse("unix:" + path);
        REQUIRE(::bind(socket.get(), address.data(), address.size()) == 0);
        if (type == SOCK_STREAM) REQUIRE(::listen(socket.get(), 5) == 0);
    }
    ~SystemLog() { ::unlink(path.c_str()); }

    std::optional<std::string> next() { return read(socket); }
    void accept() { client = daemon::Fd(::accept(socket.get(), nullptr, nullptr)); }
    // All that is there.
    std::string stream() {
        std::string all;
        while (const auto piece = read(client)) all += *piece;
        return all;
    }
    static std::optional<std::string> read(const daemon::Fd& from) {
        std::string text(65'536, '\0');
        const ssize_t count = ::recv(from.get(), text.data(), text.size(), MSG_DONTWAIT);
        if (count <= 0) return std::nullopt;
        text.resize(static_cast<std::size_t>(count));
        return text;
    }

    std::string path;
    daemon::Fd socket;
    daemon::Fd client;
};

std::string lost_line(std::uint64_t count) {
    return "lost " + std::to_string(count);
}

}  // namespace

TEST_CASE("a line is a datagram") {
    const Folder folder;
    SystemLog system(folder.log(), SOCK_DGRAM);
    LocalLog log(folder.log(), lost_line);
    CHECK(log.put("one"));
    CHECK(log.put("two"));
    CHECK(system.next() == "one");
    CHECK(system.next() == "two");
    CHECK_FALSE(system.next());
}

TEST_CASE("in a stream each line ends with a zero byte") {
    const Folder folder;
    SystemLog system(folder.log(), SOCK_STREAM);
    LocalLog log(folder.log(), lost_line);
    CHECK(log.put("one"));
    CHECK(log.put("two"));
    system.accept();
    CHECK(system.stream() == std::string("one\0two\0", 8));
}

TEST_CASE("a system log that is not there takes nothing, and is found when it comes") {
    for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
        const Folder folder;
        LocalLog log(folder.log(), lost_line);
        CHECK_FALSE(log.put("nobody"));
        CHECK(errno == ENOENT);
        const SystemLog system(folder.log(), type);
        CHECK(log.put("somebody"));
    }
}

TEST_CASE("a system log that was started anew is found again, and told what was given up") {
    const Folder folder;
    LocalLog log(folder.log(), lost_line);
    {
        SystemLog first(folder.log(), SOCK_DGRAM);
        CHECK(log.put("one"));
        CHECK(first.next() == "one");
    }
    CHECK_FALSE(log.put("two"));
    log.give_up_one();
    log.give_up_one();
    CHECK(log.lost() == 2);
    SystemLog second(folder.log(), SOCK_DGRAM);
    CHECK(log.put("three"));
    CHECK(second.next() == "lost 2");
    CHECK(second.next() == "three");
    CHECK(log.put("four"));
    CHECK(second.next() == "four");
}

TEST_CASE("a stream whose reader has ended is opened again") {
    const Folder folder;
    LocalLog log(folder.log(), lost_line);
    {
        SystemLog first(folder.log(), SOCK_STREAM);
        CHECK(log.put("one"));
    }
    SystemLog second(folder.log(), SOCK_STREAM);
    CHECK(log.put("two"));
    second.accept();
    CHECK(second.stream() == std::string("two\0", 4));
}

// A blocking send would hang these two.
TEST_CASE("a system log that does not read is full, and takes more when it has read") {
    const Folder folder;
    SystemLog system(folder.log(), SOCK_DGRAM);
    LocalLog log(folder.log(), lost_line);
    int taken = 0;
    while (taken < 100'000 && log.put("line")) ++taken;
    CHECK(errno == EAGAIN);
    CHECK(taken > 0);
    CHECK(system.next() == "line");
    CHECK(log.put("again"));
}

TEST_CASE("a stream that is full tears no line") {
    const Folder folder;
    SystemLog system(folder.log(), SOCK_STREAM);
    LocalLog log(folder.log(), lost_line);
    std::string expected;
    const auto fill = [&] {
        for (int i = 0; i < 100'000; ++i) {
            const std::string line = std::to_string(i) + std::string(1000, 'x');
            if (!log.put(line)) return;
            expected += line + '\0';
        }
    };
    fill();
    CHECK(errno == EAGAIN);
    system.accept();
    std::string came = system.stream();
    fill();  // the rest of the last line first
    came += system.stream();
    CHECK(log.put("last"));
    expected += std::string("last\0", 5);
    came += system.stream();
    CHECK(came.size() == expected.size());
    CHECK((came == expected));
}

TEST_CASE("a path that is no socket's is refused, and one that is too long is a mistake") {
    const Folder folder;
    LocalLog log(folder.path, lost_line);
    CHECK_FALSE(log.put("x"));
    CHECK_THROWS_AS(LocalLog(std::string(200, '/'), lost_line), daemon::UsageError);
}
