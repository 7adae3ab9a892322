#include "daemon/log.hh"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "daemon/children.hh"
#include "daemon/children_under_test.hh"
#include "daemon/error.hh"
#include "daemon/log_under_test.hh"

using namespace waymark::daemon;

TEST_CASE("a line has time, program, process, severity and message") {
    const LogFolder folder;
    Log log(to_file(folder));
    log.info("listening on port {}", 5055);
    const char* form = "20*-*-*T??:*:*.???Z test[[]*[]] info: listening on port 5055";
    REQUIRE(lines_of(folder.file()).size() == 1);
    CHECK(matches(lines_of(folder.file())[0], form));
}

TEST_CASE("the level decides what is written and can be changed") {
    const LogFolder folder;
    Log log(to_file(folder));
    log.debug("one");
    CHECK_FALSE(log.wants(Severity::debug));
    log.set_level(Severity::debug);
    log.debug("two");
    log.set_level(Severity::error);
    log.warning("three");
    log.notice("three");
    log.error("four");
    const std::vector<std::string> lines = lines_of(folder.file());
    REQUIRE(lines.size() == 2);
    CHECK(message_of(lines[0]) == "debug: two");
    CHECK(message_of(lines[1]) == "error: four");
}

TEST_CASE("text from outside is an argument, and cannot make a line") {
    const LogFolder folder;
    Log log(to_file(folder));
    log.info("user {}", "{} %s\nroot[1] info: all is well");
    const std::vector<std::string> lines = lines_of(folder.file());
    REQUIRE(lines.size() == 1);
    CHECK(message_of(lines[0]) == "info: user {} %s\\x0aroot[1] info: all is well");
}

TEST_CASE("errno is the same before and after a line, written or lost") {
    Log log({.target = LogTarget::syslog, .path = "/no/such/socket"});
    errno = ENOSPC;
    log.error("write: {}", error_text(errno));
    CHECK(errno == ENOSPC);
    CHECK(log.lost() == 1);
}

TEST_CASE("lines of several threads and processes stay whole") {
    const LogFolder folder;
    Log log(to_file(folder));
    const std::string text(500, 'x');
    const auto write_many = [&] {
        for (int i = 0; i < 200; ++i) log.info("{}", text);
        return 0;
    };
    {
        Children children;
        const pid_t pid = children.start(write_many);
        std::thread first(write_many);
        std::thread second(write_many);
        first.join();
        second.join();
        wait_until_ended(pid);
    }
    const std::vector<std::string> lines = lines_of(folder.file());
    CHECK(lines.size() == 600);
    for (const std::string& line : lines) CHECK(message_of(line) == "info: " + text);
}

TEST_CASE("a child writes its own process number") {
    const LogFolder folder;
    Log log(to_file(folder));
    log.info("parent");
    status_of([&] {
        log.info("child");
        return 0;
    });
    const std::vector<std::string> lines = lines_of(folder.file());
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].find(fmt::format("[{}]", ::getpid())) != std::string::npos);
    CHECK(lines[1].find(fmt::format("[{}]", ::getpid())) == std::string::npos);
}

TEST_CASE("stderr has two forms: with time, or with the severity for the service manager") {
    const std::string plain = output_of(STDERR_FILENO, [] {
        Log({.program = "test"}).warning("low {}", "battery");
        return 0;
    });
    CHECK(matches(plain, "2*Z test[[]*[]] warning: low battery\n"));
    const std::string journal = output_of(STDERR_FILENO, [] {
        Log({.target = LogTarget::journal}).warning("low {}", "battery");
        return 0;
    });
    CHECK(journal == "<4>low battery\n");
}

TEST_CASE("a reader of stderr that went away does not kill") {
    const auto write_to_nobody = [](const std::function<int()>& write) {
        return status_of([&] {
            Pipe pipe = make_pipe();
            ::dup2(pipe.writing.get(), STDERR_FILENO);
            pipe.reading.reset();
            return write();
        });
    };
    const ExitStatus careful = write_to_nobody([] {
        Log log({});
        log.error("who hears me?");
        return log.lost() == 1 ? 0 : 1;
    });
    CHECK(careful.describe() == "exit status 0");
    const ExitStatus careless = write_to_nobody([] {
        (void)!::write(STDERR_FILENO, "x", 1);
        return 0;
    });
    CHECK(careless.describe() == "killed by signal 13 (Broken pipe)");
}

TEST_CASE("long lines of several processes do not mix in a pipe") {
    const std::string output = output_of(STDERR_FILENO, [] {
        Children writers;
        std::vector<pid_t> pids;
        for (const char letter : {'a', 'b'})
            pids.push_back(writers.start([letter] {
                Log log({.target = LogTarget::journal});
                for (int i = 0; i < 500; ++i) log.info("{}", std::string(5000, letter));
                return 0;
            }));
        for (const pid_t pid : pids) wait_until_ended(pid);
        return 0;
    });
    std::istringstream lines(output);
    int whole = 0;
    for (std::string line; std::getline(lines, line); ++whole) {
        const std::string text = line.substr(3, line.size() - 6);  // without "<6>" and "..."
        REQUIRE_FALSE(text.empty());
        REQUIRE(text.find_first_not_of(text.front()) == std::string::npos);
        REQUIRE(line.ends_with("..."));
    }
    CHECK(whole == 1000);
}
