#include "lessons/course/finding.hh"

#include <doctest/doctest.h>

#include <optional>
#include <string>

using waymark::course::find_finding;
using waymark::course::Finding;

TEST_CASE("reports are told in plain words, with the learner's line") {
    const struct {
        const char* report;
        const char* words;
        const char* place;
    } cases[] = {
        {"==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x60 at pc 0x55\n"
         "READ of size 4 at 0x60 thread T0\n"
         "    #0 0x7f in memcpy ../libsanitizer/x.inc:827\n"
         "    #1 0x55 in waymark::daemon::Children::reap() /a/work/01-processes/children.cc:41\n",
         "the program used memory after it was freed",
         "children.cc:41, in waymark::daemon::Children::reap()"},
        {"/a/work/01-processes/children.cc:12:9: runtime error: load of null pointer of type "
         "'int'\n",
         "the program followed a null pointer", "children.cc:12"},
        {"/a/work/01-processes/children.cc:12:9: runtime error: shift exponent 40 is too large\n",
         "the program did what C++ does not define", "children.cc:12"},
        {"WARNING: ThreadSanitizer: data race (pid=7)\n  Write of size 4 by thread T1:\n"
         "    #0 operator() /a/work/01-processes/pool.cc:30 (check+0x1)\n",
         "two threads used the same variable at the same time, one of them to write it",
         "pool.cc:30"},
        {"check: /a/work/01-processes/children.cc:55: int f(): Assertion `x > 0' failed.\n",
         "an assertion does not hold", "children.cc:55"},
        {"/usr/include/c++/12/span:278: std::span<int>::reference: Assertion '__idx < size()' "
         "failed.\n",
         "the standard library was asked for what is not there", ""},
        {"terminate called after throwing an instance of 'std::runtime_error'\n  what():  no\n",
         "an exception left the program: nobody caught it", ""},
        {"==1==ERROR: LeakSanitizer: detected memory leaks\n",
         "memory was allocated and never freed", ""},
    };
    for (const auto& entry : cases) {
        const std::optional<Finding> finding = find_finding(entry.report, "work/01-processes/");
        REQUIRE_MESSAGE(finding, entry.report);
        CHECK(finding->words == entry.words);
        CHECK(finding->place.substr(0, std::string(entry.place).size()) == entry.place);
    }
}

TEST_CASE("what a program prints otherwise is no finding") {
    CHECK_FALSE(find_finding("", "work/"));
    CHECK_FALSE(find_finding("a race of data\nterminated normally\n", "work/"));
}

TEST_CASE("a place names the function and not its address, wherever the checkout is") {
    for (const char* folder : {"work/01-twice/", "/a/work/01-twice/"}) {
        const std::optional<Finding> finding = find_finding(
            "==1==ERROR: AddressSanitizer: SEGV on unknown address\n"
            "    #0 0x564dd9516ece in small::twice(int, char const*) "
            "/a/work/01-twice/twice.cc:11\n",
            folder);
        REQUIRE(finding);
        CHECK(finding->place == "twice.cc:11, in small::twice(int, char const*)");
    }
}

TEST_CASE("a report is told without its addresses") {
    const struct {
        const char* report;
        const char* detail;
    } cases[] = {
        {"==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc "
         "0x55d bp 0x7ff sp 0x7fe\n",
         "ERROR: AddressSanitizer: heap-use-after-free"},
        {"==1==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000000 (pc 0x55d bp "
         "0x7ff sp 0x7fe T0)\n",
         "ERROR: AddressSanitizer: SEGV on unknown address 0x000000000000"},  // says: null
        {"==1==ERROR: AddressSanitizer: attempting double-free on 0x602000000010 in thread T0:\n",
         "ERROR: AddressSanitizer: attempting double-free in thread T0:"},
    };
    for (const auto& entry : cases) CHECK(find_finding(entry.report, "w/")->detail == entry.detail);
}

TEST_CASE("the words of an exception are kept") {
    const std::optional<Finding> finding = find_finding(
        "terminate called after throwing an instance of 'std::system_error'\n  what():  fork: no\n",
        "w/");
    REQUIRE(finding);
    CHECK(finding->detail ==
          "terminate called after throwing an instance of 'std::system_error'; what():  fork: no");
}
