#include "protocol.hh"

#include <doctest/doctest.h>

#include <vector>

using namespace waymark::lines;

namespace {

std::vector<std::string> lines_in(std::string held, std::string& rest) {
    std::vector<std::string> lines;
    for (std::string line; take_whole_line(held, line);) lines.push_back(line);
    rest = held;
    return lines;
}

}  // namespace

TEST_CASE("lines are taken out one by one, and what is none yet is kept") {
    std::string rest;
    CHECK(lines_in("", rest).empty());
    CHECK(lines_in("half", rest).empty());
    CHECK(rest == "half");
    CHECK(lines_in("one\ntwo\r\n\nha", rest) == std::vector<std::string>{"one", "two", ""});
    CHECK(rest == "ha");
    CHECK(lines_in("a\rb\r\r\n", rest) == std::vector<std::string>{"a\rb\r"});
}

TEST_CASE("an answer is the line in capital letters, other bytes as they are") {
    CHECK(answer_to("hello, 2") == "HELLO, 2\n");
    CHECK(answer_to("") == "\n");
    CHECK(answer_to("\xc3\xa4\x01") == "\xc3\xa4\x01\n");
}
