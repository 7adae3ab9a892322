#include "lessons/course/shared_work.hh"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "lessons/course/process_tree.hh"

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
        CHECK_THROWS_AS(
            share_out(4, 2, work, [&](const std::string& result) { told.push_back(result); }),
            std::runtime_error);
        CHECK(told == std::vector<std::string>{"0"});
    }
}

TEST_CASE("no work is done at once") {
    share_out(
        0, 2, [](std::size_t) { return std::string("never"); },
        [](const std::string&) { FAIL("there was nothing to tell"); });
}
