#include "lessons/course/compiler_words.hh"

#include <doctest/doctest.h>

using waymark::course::linker_problems;
using waymark::course::undefined_names;

namespace {

constexpr const char* kLd =
    "/usr/bin/ld: check.p/check.cpp.o: in function `look(int)':\n"
    "/a/lessons/01-twice/check.cpp:14: undefined reference to `small::twice(int)'\n"
    "/usr/bin/ld: check.p/check.cpp.o: in function `more()':\n"
    "/a/lessons/01-twice/check.cpp:20: undefined reference to `small::twice(int)'\n"
    "/a/lessons/01-twice/check.cpp:21: undefined reference to `small::Box<int>::~Box()'\n"
    "collect2: error: ld returned 1 exit status\n";
constexpr const char* kMold =
    "mold: error: undefined symbol: small::twice(int)\n"
    ">>> referenced by check.cpp\n>>>               check.p/check.cpp.o:(look(int))\n";

}  // namespace

TEST_CASE("each name that nothing defines is told once, in the order of the linker") {
    CHECK(undefined_names(kLd) ==
          std::vector<std::string>{"small::twice(int)", "small::Box<int>::~Box()"});
    CHECK(undefined_names(kMold) == std::vector<std::string>{"small::twice(int)"});
    CHECK(undefined_names("all is well\n").empty());
}

TEST_CASE("a forgotten function is told in plain words, without the caller's object") {
    for (const char* words : {kLd, kMold}) {
        const std::string first = linker_problems(words, 3).at(0);
        CHECK(first.starts_with("small::twice(int) is declared, and nothing defines it"));
        CHECK(first.find(".o") == first.npos);
    }
    CHECK(linker_problems(kLd, 1).at(1) == "and 1 more");
}

TEST_CASE("what else a linker says stays in its own words") {
    CHECK(linker_problems("ld: multiple definition of `main'\n", 3) ==
          std::vector<std::string>{"ld: multiple definition of `main'"});
}
