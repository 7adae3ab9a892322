#include "daemon/pidfile.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "daemon/channel.hh"
#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/pidfile_under_test.hh"

using namespace waymark::daemon;
using namespace std::chrono_literals;

TEST_CASE("the process that holds the file is known by the kernel and written for people") {
    const Folder folder;
    Server server(folder.file());
    CHECK(server.report == "locked");
    CHECK(text_of(folder.file()) == fmt::format("{}\n", server.pid));
    CHECK(read_locked_pid(folder.file()) == server.pid);
    server.end();
    CHECK_FALSE(std::filesystem::exists(folder.file()));
    CHECK_FALSE(read_locked_pid(folder.file()));
}

TEST_CASE("a second server is refused and told who runs") {
    const Folder folder;
    Server first(folder.file());
    const Server second(folder.file());
    CHECK(second.report == fmt::format("{}: already running as process {}; stop it first",
                                       folder.file(), first.pid));
    CHECK(read_locked_pid(folder.file()) == first.pid);
    CHECK_FALSE(PidFile::try_lock(folder.file(), Deadline::after(50ms)));
}

TEST_CASE("the refusal does not depend on what the file says") {
    for (const char* text : {"", "1\n", "garbage", "-1"}) {
        const Folder folder;
        Server first(folder.file());
        std::ofstream(folder.file(), std::ios::trunc) << text;
        CHECK(read_locked_pid(folder.file()) == first.pid);
        CHECK_FALSE(PidFile::try_lock(folder.file(), at_once()));
    }
}

TEST_CASE("a stale file is no obstacle and nobody is found by its text") {
    const std::string own = fmt::format("{}\n", ::getpid());
    for (const std::string& text :
         {std::string(), std::string("0\n"), std::string("-1\n"), std::string("1099511627776\n"),
          std::string("garbage"), std::string("999999999\n"), own, std::string(5000, '7')}) {
        CAPTURE(text);
        const Folder folder;
        std::ofstream(folder.file()) << text;
        CHECK_FALSE(read_locked_pid(folder.file()));
        Server server(folder.file());
        CHECK(server.report == "locked");
        CHECK(text_of(folder.file()) == fmt::format("{}\n", server.pid));
    }
}

TEST_CASE("a killed server leaves a file that stops nobody") {
    const Folder folder;
    Server first(folder.file());
    ::kill(first.pid, SIGKILL);
    REQUIRE(::waitpid(first.pid, nullptr, 0) == first.pid);
    CHECK(std::filesystem::exists(folder.file()));
    CHECK_FALSE(read_locked_pid(folder.file()));
    const Server second(folder.file());
    CHECK(second.report == "locked");
}

TEST_CASE("the lock survives the fork into a daemon, and the pid is the one that stays") {
    const Folder folder;
    Children children;
    Pipe written = make_pipe();
    std::optional<PidFile> file = PidFile::try_lock(folder.file(), at_once());
    REQUIRE(file);
    const pid_t stays = children.start([&]() -> int {
        file->write_pid();
        (void)!::write(written.writing.get(), "x", 1);
        while (true) ::pause();
    });
    char byte = 0;
    REQUIRE(::read(written.reading.get(), &byte, 1) == 1);
    file.reset();  // the starter ends: it wrote nothing and removes nothing
    CHECK(std::filesystem::exists(folder.file()));
    const Server second(folder.file());
    CHECK(second.report.find(fmt::format("process {};", stays)) != std::string::npos);
}

TEST_CASE("while a child of a dead server lives no other starts, and nobody is signalled for it") {
    const Folder folder;
    Children children;
    Pipe life = make_pipe();
    const pid_t server = children.start([&]() -> int {
        PidFile file = PidFile::lock(folder.file(), at_once());
        file.write_pid();
        life.writing.reset();
        Children own;
        own.start(
            [&] {
                char byte = 0;
                return static_cast<int>(::read(life.reading.get(), &byte, 1));  // until our end
            },
            0);
        ::_exit(0);
    });
    REQUIRE(::waitpid(server, nullptr, 0) == server);
    CHECK_FALSE(read_locked_pid(folder.file()));
    const Server second(folder.file());
    CHECK(second.report.find("children of an earlier server") != std::string::npos);
    life.writing.reset();
    CHECK(PidFile::try_lock(folder.file(), Deadline::after(10s)));
}

TEST_CASE("a file that was replaced while we ran is another's and stays") {
    const Folder folder;
    Server first(folder.file());
    std::filesystem::remove(folder.file());
    std::ofstream(folder.file()) << "another's\n";
    first.end();
    CHECK(text_of(folder.file()) == "another's\n");
}

TEST_CASE("of twenty that start at once exactly one runs") {
    const Folder folder;
    for (int round = 0; round < 10; ++round) {
        Pipe start = make_pipe();
        Pipe winners = make_pipe();
        Pipe losers = make_pipe();
        Children children;
        for (int i = 0; i < 20; ++i)
            children.start([&] {
                start.writing.reset();
                char byte = 0;
                (void)!::read(start.reading.get(), &byte, 1);
                std::optional<PidFile> file = PidFile::try_lock(folder.file(), at_once());
                if (file) file->write_pid();
                const Pipe& report = file ? winners : losers;
                if (::write(report.writing.get(), "x", 1) != 1) return 1;
                if (file) ::pause();  // holds it until all have tried
                return kExitUsage;
            });
        start.writing.reset();
        losers.writing.reset();
        char bytes[20];
        for (int i = 0; i < 19; ++i) REQUIRE(::read(losers.reading.get(), bytes, 1) == 1);
        CHECK(::read(winners.reading.get(), bytes, sizeof bytes) == 1);
        children.terminate_all(Deadline::never());
    }
}

// Who opens the file just before its owner removes it would hold the lock of a lost file beside the
// owner of the new one. Each owner proves that it is alone by making a mark that must not exist.
TEST_CASE("locks and removals that race never let two in") {
    const Folder folder;
    const std::string mark = folder.path + "/mark";
    Children children;
    std::vector<pid_t> pids;
    for (int i = 0; i < 8; ++i)
        pids.push_back(children.start([&] {
            for (int round = 0; round < 200; ++round) {
                std::optional<PidFile> file = PidFile::try_lock(folder.file(), at_once());
                if (!file) continue;
                const Fd alone(::open(mark.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0600));
                if (!alone) return 1;
                file->write_pid();
                ::unlink(mark.c_str());
            }
            return 0;
        }));
    for (const pid_t pid : pids) {
        int status = -1;
        CHECK(::waitpid(pid, &status, 0) == pid);
        CHECK(status == 0);
    }
}

TEST_CASE("a lock on a file that was removed before it was taken counts for nothing") {
    const Folder folder;
    Server first(folder.file());
    std::filesystem::remove(folder.file());
    const Server second(folder.file());
    CHECK(second.report == "locked");
    CHECK(read_locked_pid(folder.file()) == second.pid);
}

TEST_CASE("a signal reaches the verified process and its end is seen") {
    const Folder folder;
    Server server(folder.file());
    const std::optional<LockedProcess> locked = find_locked_process(folder.file());
    REQUIRE(locked);
    CHECK(locked->pid == server.pid);
    CHECK(send_signal(*locked, SIGTERM));
    pollfd ended{locked->process.get(), POLLIN, 0};
    CHECK(::poll(&ended, 1, 10'000) == 1);
    CHECK(::waitpid(server.pid, nullptr, 0) == server.pid);
    CHECK_FALSE(send_signal(*locked, SIGTERM));
}

TEST_CASE("a folder that is not there is the system's refusal, with the path named") {
    CHECK_THROWS_AS(PidFile::lock("/no/such/folder/server.pid", at_once()), std::system_error);
    CHECK_FALSE(read_locked_pid("/no/such/folder/server.pid"));
}

TEST_CASE("a link in place of the file is not followed") {
    const Folder folder;
    std::ofstream(folder.path + "/precious") << "keep";
    std::filesystem::create_symlink(folder.path + "/precious", folder.file());
    CHECK_THROWS_AS(PidFile::lock(folder.file(), at_once()), std::system_error);
    CHECK(text_of(folder.path + "/precious") == "keep");
}
