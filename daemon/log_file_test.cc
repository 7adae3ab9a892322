// A log that is a file: rotated, cut short, out of reach, and on a full disk.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "daemon/children_under_test.hh"
#include "daemon/log.hh"
#include "daemon/log_under_test.hh"

using namespace waymark::daemon;

TEST_CASE("after a rotation and reopen the new file is used, under the same number") {
    const LogFolder folder;
    Log log(to_file(folder));
    const int number = log.fd().get();
    log.info("one");
    std::filesystem::rename(folder.file(), folder.path + "/old");
    log.info("two");
    CHECK(log.reopen());
    log.info("three");
    CHECK(lines_of(folder.path + "/old").size() == 2);
    CHECK(lines_of(folder.file()).size() == 1);
    CHECK(log.fd().get() == number);
    CHECK((::fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a log takes over the file that another has opened, under the same number") {
    const LogFolder folder;
    Log opener(to_file(folder));
    Log other(to_file(folder));
    const int number = other.fd().get();
    std::filesystem::rename(folder.file(), folder.path + "/old");
    REQUIRE(opener.reopen());
    other.info("to the old file");
    REQUIRE(opener.file() != nullptr);
    other.take_over(*opener.file());
    other.info("to the new file");
    opener.info("still open");
    CHECK(lines_of(folder.path + "/old").size() == 1);
    CHECK(lines_of(folder.file()).size() == 2);
    CHECK(other.fd().get() == number);
    CHECK((::fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a log that writes to no file has none to hand out, and takes none over") {
    const LogFolder folder;
    Log log({.target = LogTarget::standard_error});
    CHECK(log.file() == nullptr);
    log.take_over(*Log(to_file(folder)).file());
    CHECK_FALSE(log.fd());
}

TEST_CASE("a reopen that fails keeps the old file and says so once") {
    const LogFolder folder;
    std::filesystem::create_directory(folder.path + "/sub");
    const std::string moved = folder.path + "/moved";
    Log log({.target = LogTarget::file, .path = folder.path + "/sub/log"});
    std::filesystem::rename(folder.path + "/sub", moved);
    CHECK_FALSE(log.reopen());
    CHECK_FALSE(log.reopen());
    log.info("still here");
    const std::vector<std::string> lines = lines_of(moved + "/log");
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].find("No such file or directory; going on with the old file") !=
          std::string::npos);
    CHECK(message_of(lines[1]) == "info: still here");
    std::filesystem::rename(moved, folder.path + "/sub");
    CHECK(log.reopen());
}

TEST_CASE("a rotation under load loses and tears no line") {
    const LogFolder folder;
    Log log(to_file(folder));
    std::atomic<bool> stop = false;
    std::atomic<std::size_t> written = 0;
    std::thread writer([&] {
        while (!stop) {
            log.info("line");
            ++written;
        }
    });
    for (int i = 0; i < 50; ++i) {
        std::filesystem::rename(folder.file(), fmt::format("{}.{}", folder.file(), i));
        CHECK(log.reopen());
    }
    stop = true;
    writer.join();
    std::size_t found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path))
        for (const std::string& line : lines_of(entry.path())) {
            CHECK(message_of(line) == "info: line");
            ++found;
        }
    CHECK(found == written);
}

TEST_CASE("a file that was cut short is written from its new end") {
    const LogFolder folder;
    Log log(to_file(folder));
    log.info("one");
    std::filesystem::resize_file(folder.file(), 0);
    log.info("two");
    REQUIRE(lines_of(folder.file()).size() == 1);
    CHECK(message_of(lines_of(folder.file())[0]) == "info: two");
}

TEST_CASE("a log file that cannot be opened at the start is an error with its name") {
    CHECK_THROWS_WITH_AS(Log({.target = LogTarget::file, .path = "/no/such/log"}),
                         "open /no/such/log: No such file or directory", std::system_error);
}

TEST_CASE("a full disk is counted, and reported when there is room") {
    Log full({.target = LogTarget::file, .path = "/dev/full"});
    full.info("one");
    full.info("two");
    CHECK(full.lost() == 2);

    const LogFolder folder;
    const ExitStatus status = status_of([&] {
        Log log(to_file(folder));
        const rlimit none{0, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &none);
        log.info("one");
        log.info("two");
        const rlimit room{RLIM_INFINITY, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &room);
        log.info("three");
        return log.lost() == 2 ? 0 : 1;
    });
    CHECK(status.describe() == "exit status 0");
    const std::vector<std::string> lines = lines_of(folder.file());
    REQUIRE(lines.size() == 2);
    CHECK(message_of(lines[0]) == "info: three");
    CHECK(message_of(lines[1]) == "warning: log: 2 lines before this one were lost");
}

TEST_CASE("at level error, too, it is told that lines were lost") {
    const LogFolder folder;
    const ExitStatus status = status_of([&] {
        LogOptions options = to_file(folder);
        options.level = Severity::error;
        Log log(options);
        const rlimit none{0, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &none);
        log.error("one");
        const rlimit room{RLIM_INFINITY, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &room);
        log.error("two");
        log.error("three");
        return 0;
    });
    CHECK(status.describe() == "exit status 0");
    const std::vector<std::string> lines = lines_of(folder.file());
    REQUIRE(lines.size() == 3);
    CHECK(message_of(lines[0]) == "error: two");
    CHECK(message_of(lines[1]) == "warning: log: 1 lines before this one were lost");
    CHECK(message_of(lines[2]) == "error: three");
}

TEST_CASE("lost lines are counted on when the line about them is lost, too") {
    const LogFolder folder;
    const ExitStatus status = status_of([&] {
        Log log(to_file(folder));
        const auto room_for = [](rlim_t bytes) {
            const rlimit room{bytes, RLIM_INFINITY};
            ::setrlimit(RLIMIT_FSIZE, &room);
        };
        room_for(0);
        log.info("one");
        // Room for exactly one line like this.
        room_for(RLIM_INFINITY);
        Log probe({.target = LogTarget::file, .path = folder.path + "/probe", .program = "test"});
        probe.info("two");
        room_for(std::filesystem::file_size(folder.path + "/probe"));
        log.info("two");
        room_for(RLIM_INFINITY);
        log.info("three");
        return 0;
    });
    CHECK(status.describe() == "exit status 0");
    const std::vector<std::string> lines = lines_of(folder.file());
    REQUIRE(lines.size() == 3);
    CHECK(message_of(lines[1]) == "info: three");
    CHECK(message_of(lines[2]) == "warning: log: 1 lines before this one were lost");
}

TEST_CASE("a line of which a part was written has an end, before the next one begins") {
    const LogFolder folder;
    const ExitStatus status = status_of([&] {
        Log log(to_file(folder));
        log.info("one");
        const rlimit half_a_line{std::filesystem::file_size(folder.file()) + 10, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &half_a_line);
        log.info("two");
        const rlimit room{RLIM_INFINITY, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &room);
        log.info("three");
        return 0;
    });
    CHECK(status.describe() == "exit status 0");
    const std::vector<std::string> lines = lines_of(folder.file());
    REQUIRE(lines.size() == 4);
    CHECK(message_of(lines[0]) == "info: one");
    CHECK(lines[1].size() == 10);
    CHECK(message_of(lines[2]) == "info: three");
    CHECK(message_of(lines[3]) == "warning: log: 1 lines before this one were lost");
}

TEST_CASE("a part of a line gets its end also when the next line is lost as a whole") {
    const LogFolder folder;
    const ExitStatus status = status_of([&] {
        Log log(to_file(folder));
        const rlimit part_of_a_line{10, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &part_of_a_line);
        log.info("one");
        log.info("two");
        const rlimit room{RLIM_INFINITY, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &room);
        log.info("three");
        return 0;
    });
    CHECK(status.describe() == "exit status 0");
    const std::vector<std::string> lines = lines_of(folder.file());
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].size() == 10);
    CHECK(message_of(lines[1]) == "info: three");
    CHECK(message_of(lines[2]) == "warning: log: 2 lines before this one were lost");
}

TEST_CASE("a program's name is short and harmless, whoever chose it") {
    const LogFolder folder;
    LogOptions options = to_file(folder);
    options.program = "te\nst" + std::string(5000, 'x');
    Log(options).info("one");
    const std::vector<std::string> lines = lines_of(folder.file());
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find(" te\\x0ast" + std::string(43, 'x') + "[") != std::string::npos);
    CHECK(message_of(lines[0]) == "info: one");
}
