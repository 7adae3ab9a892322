#include "slides/server/deck.hh"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "daemon/error.hh"

using namespace waymark::slides;

namespace {

std::string refusal_of(std::string_view text) {
    try {
        parse_deck(text, "deck.md");
    } catch (const waymark::daemon::UsageError& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("a deck is slides between lines of three dashes, and its title is the first heading") {
    const Deck deck = parse_deck("# Processes\n\nWho?\n\n---\n\n## Two\n\ntext\n", "deck.md");
    CHECK(deck.title == "Processes");
    REQUIRE(deck.slides.size() == 2);
    CHECK(deck.slides[0].blocks[0].text == "# Processes\n\nWho?\n\n");
    CHECK(deck.slides[1].line == 6);
}

TEST_CASE("what follows Note: is for the speaker, to the end of the slide") {
    const Deck deck = parse_deck("# A\n\nNote:\nSay it.\n\nTwice.\n\n---\n\n# B\n", "deck.md");
    CHECK(deck.slides[0].notes == "Say it.\n\nTwice.\n\n");
    CHECK(deck.slides[0].blocks[0].text == "# A\n\n");
    CHECK(deck.slides[1].notes.empty());
}

TEST_CASE("code is named by file and region") {
    const Deck deck = parse_deck("# A\n\n```code\ndaemon/fd.cc#reset\n```\nafter\n", "deck.md");
    REQUIRE(deck.slides[0].blocks.size() == 3);
    const Block& block = deck.slides[0].blocks[1];
    CHECK(block.kind == Block::Kind::code);
    CHECK(block.line == 3);
    CHECK(block.code.file == "daemon/fd.cc");
    CHECK(block.code.region == "reset");
    CHECK(deck.slides[0].blocks[2].text == "after\n");
}

TEST_CASE("a run block names a demo; other blocks are text, dashes in them too") {
    const Deck deck =
        parse_deck("# A\n\n```run\n1-zombies\n```\n\n```sh\nls\n---\n```\n", "deck.md");
    REQUIRE(deck.slides.size() == 1);
    CHECK(deck.slides[0].blocks[1].kind == Block::Kind::run);
    CHECK(deck.slides[0].blocks[1].demo == "1-zombies");
    CHECK(deck.slides[0].blocks[2].text == "\n```sh\nls\n---\n```\n");
}

TEST_CASE("a run block may carry settings, a line each, in which a value may hold a colon") {
    const Deck deck = parse_deck(
        "# A\n\n```run\n1-zombies\nshow: signals, session\n\nask:  What: this?\n```\n", "deck.md");
    const Block& block = deck.slides[0].blocks[1];
    CHECK(block.demo == "1-zombies");
    CHECK(block.settings == RunSettings{{"show", "signals, session"}, {"ask", "What: this?"}});
    CHECK(refusal_of("# A\n```run\n1-zombies\n2-more\n```\n") ==
          "deck.md:2: after the demo come lines \"key: value\", not: 2-more");
    CHECK(refusal_of("# A\n```run\na\nshow: x\nshow: y\n```\n") ==
          "deck.md:2: show is set twice");
}

TEST_CASE("what cannot be understood is refused with its line") {
    CHECK(refusal_of("# A\n\n```cpp\nint x;\n```\n") ==
          "deck.md:3: code is named, not pasted: ```code with FILE#REGION");
    CHECK(refusal_of("# A\n```code\ndaemon/fd.cc\n```\n") ==
          "deck.md:2: a code block names FILE#REGION");
    for (const char* lines : {"2-4|5-8", "4", "1|2", "  3,5"})
        CHECK(refusal_of(fmt::format("# A\n```code\na.cc#b {}\n```\n", lines))
                  .find("and no lines ('") != std::string::npos);
    CHECK(refusal_of("# A\n```code\na.cc#b 2-4|5\n```\n") ==
          "deck.md:2: a code block names FILE#REGION and no lines ('2-4|5'); mark the steps in "
          "a.cc, behind their lines: //@ 1, or //@ 1.. to //@ ..1");
    CHECK(refusal_of("# A\n```code\na.cc#b\n") == "deck.md:2: this block has no end: ```");
    CHECK(refusal_of("# A\n\n---\n\n\n---\n# B\n") == "deck.md:4: this slide is empty");
    CHECK(refusal_of("## no title\n") == "deck.md:1: a deck begins with its title: # Title");
    CHECK(refusal_of("# A\nNote:\na\nNote:\nb\n") == "deck.md:4: this slide has notes already");
    CHECK(refusal_of("# A\n") == "accepted");
}
