#include "lessons/course/string_literals.hh"

#include <doctest/doctest.h>

using waymark::course::string_literals;
using Strings = std::vector<std::string>;

TEST_CASE("literals side by side are one") {
    CHECK(string_literals("f(\"one\", \"two \"\n   \"and a half\" /* here */ \"!\");") ==
          Strings{"one", "two and a half!"});
}

TEST_CASE("comments and characters are no literals") {
    CHECK(string_literals("// \"no\"\n/* \"nor\" */ char c = '\"'; const char* s = \"yes\";") ==
          Strings{"yes"});
}

TEST_CASE("a quote in a literal does not end it") {
    CHECK(string_literals(R"(a("say \"so\""))") == Strings{"say \"so\""});
}

TEST_CASE("a literal that does not end ends with the text") {
    CHECK(string_literals("\"open") == Strings{"open"});
    CHECK(string_literals("").empty());
}

TEST_CASE("a mark that groups digits begins nothing") {
    CHECK(string_literals("f(10'000, \"yes\", 0xFF'FF, '\"', \"and\");") == Strings{"yes", "and"});
}
