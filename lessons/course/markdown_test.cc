#include "lessons/course/markdown.hh"

#include <doctest/doctest.h>

using namespace waymark::course;

TEST_CASE("anchors are as GitHub makes them") {
    struct Row {
        const char *heading, *anchor;
    };
    const Row rows[] = {{"One wait per signal", "one-wait-per-signal"},
                        {"`exit` instead of _exit", "exit-instead-of-_exit"},
                        {"Who cleans up, after a child?", "who-cleans-up-after-a-child"},
                        {"Descriptors 0-2", "descriptors-0-2"},
                        {"z\xc3\xbcrich", "z\xc3\xbcrich"}};
    for (const Row& row : rows) CHECK(anchor_of(row.heading) == row.anchor);
}

TEST_CASE("headings, links and words are found, and none of them in code") {
    const Markdown page = read_markdown(
        "# One: two?\n"
        "three words [here](a.md#b) and `[no](link)` ![picture](x.svg \"title\")\n"
        "\n"
        "```cpp\n"
        "# no heading\n"
        "int [not](counted);\n"
        "```\n"
        "## Next\n"
        "| a | table |\n"
        "## Next\n");
    REQUIRE(page.headings.size() == 3);
    CHECK(page.headings[0].words == 7);
    CHECK(page.headings[1].words == 2);
    CHECK(page.headings[1].line == 8);
    CHECK(page.headings[2].anchor == "next-1");
    REQUIRE(page.links.size() == 2);
    CHECK(page.links[0].target == "a.md#b");
    CHECK(page.links[1].target == "x.svg");
    CHECK(page.links[1].line == 2);
    CHECK(page.has_anchor("one-two"));
    CHECK_FALSE(page.has_anchor("no-heading"));
}
