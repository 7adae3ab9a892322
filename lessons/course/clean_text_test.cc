#include "lessons/course/clean_text.hh"

#include <doctest/doctest.h>

#include <string>

using waymark::course::clean_text;

TEST_CASE("text stays as it is") {
    for (const char* text : {"", "plain\ttext\n", "z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x9a\x97"})
        CHECK(clean_text(text) == text);
}

TEST_CASE("what is no text is shown as bytes") {
    struct Row {
        std::string text, clean;
    };
    const Row rows[] = {
        {std::string("a\0b", 3), "a\\x00b"},
        {"\x1b[31m", "\\x1b[31m"},
        {"one\r\n", "one\\x0d\n"},
        {"\x7f", "\\x7f"},
        {"\xff\xfe", "\\xff\\xfe"},
        {"cut \xe2\x82", "cut \\xe2\\x82"},
        {"\xc0\xaf", "\\xc0\\xaf"},                    // longer than needed
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // a surrogate
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // beyond U+10FFFF
        {"\xef\xbf\xbe", "\\xef\\xbf\\xbe"},           // U+FFFE
        {"\xc2\x9b", "\\xc2\\x9b"},                    // C1: CSI
    };
    for (const Row& row : rows) CHECK(clean_text(row.text) == row.clean);
}

TEST_CASE("too much is cut, and how much is said") {
    const std::string clean = clean_text(std::string(5000, 'x'), 100);
    CHECK(clean == std::string(100, 'x') + "\n[4900 more bytes are left out]\n");
    CHECK(clean_text(std::string(100, 'x'), 100) == std::string(100, 'x'));
}

TEST_CASE("a cut does not fall into a letter") {
    CHECK(clean_text("\xe2\x82\xac\xe2\x82\xac", 1) ==
          "\xe2\x82\xac\n[3 more bytes are left out]\n");
}
