#include "lessons/course/patch.hh"

#include <doctest/doctest.h>

using waymark::course::apply_patch;
using waymark::course::PatchError;

namespace {

constexpr const char* kText = "one\ntwo\n\nthree\ntwo\nfour\n";

}  // namespace

TEST_CASE("hunks change, take away and add lines") {
    struct Row {
        const char* what;
        const char* patch;
        const char* patched;
    };
    for (const Row& row : {
             Row{"one line is changed", "@@\n-three\n+3\n", "one\ntwo\n\n3\ntwo\nfour\n"},
             Row{"lines around it find the place", "@@\n three\n-two\n+2\n",
                 "one\ntwo\n\nthree\n2\nfour\n"},
             Row{"a line goes", "@@\n-one\n", "two\n\nthree\ntwo\nfour\n"},
             Row{"lines come", "@@\n one\n+a\n+b\n", "one\na\nb\ntwo\n\nthree\ntwo\nfour\n"},
             Row{"two hunks", "@@\n-one\n+1\n@@\n-four\n+4\n", "1\ntwo\n\nthree\ntwo\n4\n"},
             Row{"an empty line without its space", "@@\n-two\n\n three\n",
                 "one\n\nthree\ntwo\nfour\n"},
             Row{"line numbers are not looked at", "@@ -7,1 +9,1 @@\n-four\n+4\n",
                 "one\ntwo\n\nthree\ntwo\n4\n"},
             Row{"a head is not looked at", "// says: -one\n\n@@\n-four\n+4\n",
                 "one\ntwo\n\nthree\ntwo\n4\n"},
         }) {
        CAPTURE(row.what);
        CHECK(apply_patch(kText, row.patch) == row.patched);
    }
}

TEST_CASE("what would change another place than its author saw is refused") {
    struct Row {
        const char* patch;
        const char* says;
    };
    for (const Row& row : {
             Row{"// a head only\n", "there is no hunk; each begins with a line @@"},
             Row{"@@\n-five\n+5\n", "line 1: the old lines of the hunk stand nowhere"},
             Row{"//\n@@\n-two\n+2\n",
                 "line 2: the old lines of the hunk stand more than once; add a line around them"},
             Row{"@@\n one\n", "line 1: the hunk changes nothing"},
             Row{"@@\n+five\n", "line 1: the hunk has no old line to find its place"},
             Row{"@@\n-one\nfive\n",
                 "line 3: a line of a hunk begins with a space, with - or with +"},
             Row{"@@\n-four\n+4\n@@\n-one\n+1\n",
                 "line 4: the hunk belongs before the one above it, or overlaps it"},
             Row{"@@\n three\n two\n-four\n@@\n-three\n",
                 "line 5: the hunk belongs before the one above it, or overlaps it"},
         })
        CHECK_THROWS_WITH_AS(apply_patch(kText, row.patch), row.says, PatchError);
}

TEST_CASE("a text without a last newline gets one") {
    CHECK(apply_patch("one\ntwo", "@@\n-one\n+1\n") == "1\ntwo\n");
}
