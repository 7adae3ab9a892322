#include "conversation.hh"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

struct Row {
    const char* what;
    std::vector<std::string_view> pieces;
    std::string_view answers;
    bool is_over = false;
};

// With lines of eight bytes at most.
const std::vector<Row> kRows = {
    {"a line", {"hello\n"}, "HELLO\n"},
    {"nothing", {}, ""},
    {"an empty line", {"\n"}, "\n"},
    {"a line end of two bytes", {"hello\r\n"}, "HELLO\n"},
    {"a carriage return in the middle stays", {"a\rb\n"}, "A\rB\n"},
    {"two lines in one piece", {"one\ntwo\n"}, "ONE\nTWO\n"},
    {"a line in three pieces", {"o", "n", "e\n"}, "ONE\n"},
    {"the end of one line and the begin of the next", {"one\ntw", "o\n"}, "ONE\nTWO\n"},
    {"half a line is not answered", {"one\ntw"}, "ONE\n"},
    {"bytes that are no text", {"\xff\xe4z\n"}, "\xff\xe4Z\n"},
    {"the longest line", {"12345678\n"}, "12345678\n"},
    {"the longest line with an end of two bytes", {"12345678\r", "\n"}, "12345678\n"},
    {"a line that is a byte too long", {"123456789\n"}, "the line is too long\n", true},
    {"a line without an end", {"one\n123456789", "0"}, "ONE\nthe line is too long\n", true},
    {"what comes behind it", {"123456789\nmore\n", "more\n"}, "the line is too long\n", true},
};

}  // namespace

TEST_CASE("lines are answered, however their bytes come") {
    for (const Row& row : kRows) {
        CAPTURE(row.what);
        app::Conversation conversation(8);
        std::string answers;
        for (const std::string_view piece : row.pieces) answers += conversation.hear(piece);
        CHECK(answers == row.answers);
        CHECK(conversation.is_over() == row.is_over);
    }
}

TEST_CASE("a thousand lines at once have a thousand answers") {
    std::string asked;
    std::string expected;
    for (int line = 0; line < 1000; ++line) {
        asked += "a\n";
        expected += "A\n";
    }
    CHECK((app::Conversation(8).hear(asked) == expected));  // in brackets, or it prints all of it
}
