#include "net/http/access_log.hh"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>
#include <vector>

#include "daemon/folder_under_test.hh"

using namespace waymark;
using namespace waymark::net;
using namespace waymark::net::http;

namespace {

struct Answered {
    std::vector<Field> fields;
    std::string out;
    std::string scratch;
    DateClock clock;
    Address peer = Address::parse("192.0.2.7:1234");
    Exchange exchange{out, clock, scratch, peer};

    Answered() {
        exchange.request.method = "GET";
        exchange.request.target = "/a?b";
        exchange.answer.prepare({});
        exchange.answer.answer(200, "text/plain", "hello");
    }
    std::string line() {
        exchange.request.fields = fields;
        daemon::LineBuffer line;
        append_combined(line, exchange, 200, std::chrono::system_clock::from_time_t(1795937154));
        return {line.data(), line.size()};
    }
};

std::string content_of(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("a line has the combined format") {
    Answered answered;
    CHECK(answered.line() ==
          "192.0.2.7 - - [29/Nov/2026:07:25:54 +0000] \"GET /a?b HTTP/1.1\" 200 5 \"-\" \"-\"\n");
    answered.fields = {{"Referer", "http://h/"}, {"User-Agent", "curl/7.88.1"}};
    answered.exchange.request.minor_version = 0;
    CHECK(answered.line().ends_with("\"GET /a?b HTTP/1.0\" 200 5 \"http://h/\" \"curl/7.88.1\"\n"));
    answered.exchange.request = Request();
    answered.fields.clear();
    CHECK(answered.line().ends_with("] \"-\" 200 5 \"-\" \"-\"\n"));
}

TEST_CASE("nothing that a client sends ends its quotes or the line, or makes it too long") {
    Answered answered;
    answered.fields = {{"Referer", "a\" 200 \\ \n\x1b\xc3\xa4"}};
    CHECK(answered.line().find("\"a\\x22 200 \\x5c \\x0a\\x1b\\xc3\\xa4\" \"-\"\n") !=
          std::string::npos);
    const std::string bad(8000, '\x01');
    answered.fields = {{"Referer", bad}, {"User-Agent", bad}};
    answered.exchange.request.target = bad;
    const std::string line = answered.line();
    CHECK(line.size() < daemon::kLongestLine);
    CHECK(std::count(line.begin(), line.end(), '\n') == 1);
    CHECK(line.find("...\" \"") != std::string::npos);
}

TEST_CASE("a file that was renamed gets no more lines once the log was opened again") {
    const daemon::TemporaryFolder folder;
    const std::string path = folder.file("access.log");
    Answered answered;
    AccessLog log(path);
    log.write(answered.exchange, 200);
    std::filesystem::rename(path, path + ".1");
    log.write(answered.exchange, 201);
    CHECK(log.reopen() == 0);
    log.write(answered.exchange, 202);
    CHECK(content_of(path + ".1").find("\" 201 ") != std::string::npos);
    CHECK(content_of(path).find("\" 202 ") != std::string::npos);
    CHECK(content_of(path + ".1").find("\" 202 ") == std::string::npos);
}

TEST_CASE("where it cannot be opened again, the old file stays in use") {
    const daemon::TemporaryFolder folder;
    std::filesystem::create_directory(folder.file("logs"));
    const std::string path = folder.file("logs/access.log");
    Answered answered;
    AccessLog log(path);
    std::filesystem::rename(folder.file("logs"), folder.file("old"));
    CHECK(log.reopen() == ENOENT);
    log.write(answered.exchange, 200);
    CHECK(content_of(folder.file("old/access.log")).find("\" 200 ") != std::string::npos);
    CHECK_THROWS_AS(AccessLog(folder.file("none/access.log")), std::system_error);
}

TEST_CASE("a line that does not fit is lost and counted, and the next one is whole") {
    const daemon::TemporaryFolder folder;
    const std::string path = folder.file("access.log");
    Answered answered;
    AccessLog log(path);
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit small{.rlim_cur = 10, .rlim_max = before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    log.write(answered.exchange, 200);
    log.write(answered.exchange, 201);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    log.write(answered.exchange, 202);
    CHECK(log.lost() == 2);
    const std::string text = content_of(path);
    CHECK(text.starts_with("192.0.2.7 \n192.0.2.7 - - ["));
    CHECK(text.find("\" 202 5 ") != std::string::npos);
}

TEST_CASE("lines of many threads do not mix, also while the file is opened again") {
    const daemon::TemporaryFolder folder;
    const std::string path = folder.file("access.log");
    constexpr int kLines = 500;
    AccessLog log(path);
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&log] {
                Answered answered;
                for (int line = 0; line < kLines; ++line) log.write(answered.exchange, 200);
            });
        for (int i = 1; i <= 20; ++i) {
            std::filesystem::rename(path, path + "." + std::to_string(i));
            CHECK(log.reopen() == 0);
        }
    }
    int lines = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line); ++lines)
            CHECK(line.ends_with("\"GET /a?b HTTP/1.1\" 200 5 \"-\" \"-\""));
    }
    CHECK(lines == 4 * kLines);
    CHECK(log.lost() == 0);
}
