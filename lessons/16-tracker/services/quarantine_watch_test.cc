#include "services/quarantine_watch.hh"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "daemon/folder_under_test.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;

namespace {

struct Watched {
    TemporaryFolder folder;
    waymark::daemon::Log log{
        {.target = waymark::daemon::LogTarget::file, .path = folder.file("log")}};
    QuarantineWatch watch{log};

    std::string text() const {
        std::ifstream stream(folder.file("log"));
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    long lines() const {
        const std::string all = text();
        return std::count(all.begin(), all.end(), '\n');
    }
};

}  // namespace

TEST_CASE("a quarantine that fills is told at half, when it is full and when it has room again") {
    Watched watched;
    for (int bytes = 0; bytes < 50; ++bytes) CHECK_FALSE(watched.watch.filled(bytes, 100));
    CHECK(watched.lines() == 0);
    for (int bytes = 50; bytes < 100; ++bytes) CHECK_FALSE(watched.watch.filled(bytes, 100));
    CHECK(watched.lines() == 1);
    CHECK(watched.text().find("half full") != std::string::npos);
    CHECK(watched.watch.has_room());
    for (int bytes = 100; bytes < 150; ++bytes)
        CHECK(watched.watch.filled(bytes, 100) == (bytes == 100));
    CHECK(watched.lines() == 2);
    CHECK(watched.text().find("answered 503") != std::string::npos);
    CHECK_FALSE(watched.watch.has_room());
    CHECK(watched.watch.filled(60, 100));
    CHECK_FALSE(watched.watch.filled(0, 100));
    CHECK(watched.watch.has_room());
    CHECK(watched.lines() == 3);
    CHECK(watched.text().find("has room again") != std::string::npos);
}
