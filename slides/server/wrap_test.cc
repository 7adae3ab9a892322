#include "slides/server/wrap.hh"

#include <doctest/doctest.h>

using waymark::slides::wrapped;

using Lines = std::vector<std::string>;

TEST_CASE("what fits stays as it is") {
    CHECK(wrapped("    int a;  // why", 18) == Lines{"    int a;  // why"});
    CHECK(wrapped("", 18) == Lines{""});
}

TEST_CASE("the comment goes first") {
    CHECK(wrapped("  call(a);  // because of b", 22) ==
          Lines{"  call(a);", "      // because of b"});
}

TEST_CASE("a line is broken where the fewest brackets are open, and not between quotes") {
    CHECK(wrapped("if (call(a, b) == -1 && errno == EINTR) return;", 40) ==
          Lines{"if (call(a, b) == -1 && errno == EINTR)", "    return;"});
    CHECK(wrapped("  check(open(\"a b c d\", flags), \"name\");", 32) ==
          Lines{"  check(open(\"a b c d\", flags),", "      \"name\");"});
}

TEST_CASE("a list is broken behind a comma") {
    CHECK(wrapped("return {.start = a ? b : 0, .stop = 0};", 34) ==
          Lines{"return {.start = a ? b : 0,", "    .stop = 0};"});
}

TEST_CASE("a long comment stays a comment") {
    CHECK(wrapped("    // one two three four", 18) == Lines{"    // one two", "    // three four"});
}

TEST_CASE("a word that is wider than the room stays whole") {
    CHECK(wrapped("    abcdefghijklmnop", 10) == Lines{"    abcdefghijklmnop"});
    CHECK(wrapped("// abcdefghijklmnop", 10) == Lines{"// abcdefghijklmnop"});
}
