#include "lessons/course/shared_work.hh"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "lessons/course/process_tree.hh"
#include "lessons/course/scratch_folder.hh"

using waymark::course::GoOn;
using waymark::course::ScratchFolder;
using waymark::course::share_out;

TEST_CASE("every piece is done once, elsewhere, and told in order") {
    std::vector<std::string> told;
    std::set<std::string> where;
    share_out(
        100, 2,
        [](std::size_t piece) { return std::to_string(piece) + " " + std::to_string(::getpid()); },
        [&](const std::string& result) {
            told.push_back(result.substr(0, result.find(' ')));
            where.insert(result.substr(result.find(' ') + 1));
            return GoOn::yes;
        });
    REQUIRE(told.size() == 100);
    for (std::size_t piece = 0; piece < told.size(); ++piece)
        CHECK(told[piece] == std::to_string(piece));
    CHECK(where.count(std::to_string(::getpid())) == 0);
    CHECK(where.size() <= 2);
    CHECK(waymark::course::descendants_of(::getpid()).empty());
}

TEST_CASE("a process that ends takes one piece with it, and that is told") {
    for (const bool killed : {true, false}) {
        std::vector<std::string> told;
        const auto work = [killed](std::size_t piece) -> std::string {
            if (piece == 1 && killed) ::raise(SIGKILL);
            if (piece == 1) throw std::runtime_error("on purpose");
            return std::to_string(piece);
        };
        const auto tell = [&](const std::string& result) {
            told.push_back(result);
            return GoOn::yes;
        };
        CHECK_THROWS_AS(share_out(4, 2, work, tell), std::runtime_error);
        CHECK(told == std::vector<std::string>{"0"});
    }
}

TEST_CASE("no work is done at once") {
    share_out(
        0, 2, [](std::size_t) { return std::string("never"); },
        [](const std::string&) {
            FAIL("there was nothing to tell");
            return GoOn::yes;
        });
}

TEST_CASE("a result is as long as it likes") {
    constexpr std::size_t kMuch = 1024U * 1024;  // more than a pipe keeps
    std::size_t length = 0;
    share_out(
        4, 2, [](std::size_t piece) { return std::string(kMuch + piece, 'x'); },
        [&](const std::string& result) {
            length += result.size();
            return GoOn::yes;
        });
    CHECK(length == 4 * kMuch + 0 + 1 + 2 + 3);
}

// The others wait for what never comes, and one has a child that has lost its parent.
TEST_CASE("when nobody wants to hear more, nothing is left of the others") {
    int told = 0;
    std::filesystem::path temporary;
    share_out(
        3, 3,
        [](std::size_t piece) -> std::string {
            if (piece == 0) return std::filesystem::temp_directory_path();
            const ScratchFolder left;
            if (::fork() == 0) {
                if (::fork() != 0) ::_exit(0);
                for (;;) ::pause();
            }
            for (;;) ::pause();
        },
        [&](const std::string& folder) {
            ++told;
            CHECK(std::filesystem::exists(folder));
            temporary = folder;
            return GoOn::no;
        });
    CHECK(told == 1);
    CHECK(waymark::course::descendants_of(::getpid()).empty());
    CHECK_FALSE(std::filesystem::exists(temporary));
}
