#include "slides/server/question.hh"

#include <doctest/doctest.h>

#include "slides/server/deck.hh"

using namespace waymark::slides;

namespace {

const RunSettings kWhole = {{"question", "Is 1 < 2?"}, {"A", "Yes"},    {"B", "No & never"},
                            {"C", "Sometimes"},        {"answer", "B"}, {"claim", "^1"}};

RunSettings without(std::string_view key) {
    RunSettings settings = kWhole;
    settings.erase(settings.find(key));
    return settings;
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("a question has a text, three or four choices, and one that is right") {
    const std::optional<Question> question = question_of(kWhole);
    REQUIRE(question);
    CHECK(question->choices == std::vector<std::string>{"Yes", "No & never", "Sometimes"});
    CHECK(question->answer == "B");
    CHECK(question_faults(kWhole).empty());
    for (const char* key : {"question", "B", "C", "answer", "claim"}) {
        CAPTURE(key);
        CHECK(question_faults(without(key)).size() == 1);
        CHECK(question_of(without(key)).has_value() == (std::string_view(key) == "claim"));
    }
    RunSettings other = kWhole;
    other["answer"] = "D";  // there is no such choice
    CHECK(question_faults(other).size() == 1);
    CHECK(question_faults({}).size() == 3);
}

TEST_CASE("a wrong choice that the notes do not speak of is told, and the right one is not") {
    CHECK(unanswered_choices(kWhole, "A is half right. C: look at line 2.") == "");
    CHECK(unanswered_choices(kWhole, "Look at line 2.") == "AC");
    CHECK(unanswered_choices(kWhole, "A: in C++ it is so. SIGC, C1, C") == "");
    CHECK(unanswered_choices(kWhole, "A: in C++ it is so. SIGC, C1.") == "C");
    CHECK(unanswered_choices({}, "") == "");
}

TEST_CASE("on a slide the answer is shown by nothing but the end of the run") {
    const std::string html = question_html(kWhole, "1-demo", "line 2");
    CHECK(has(html, "Is 1 &lt; 2?"));
    CHECK(has(html, "data-letter=\"C\""));
    CHECK_FALSE(has(html, "data-letter=\"D\""));
    CHECK(has(html, "data-words=\"B: No &amp; never.\"></strong>"));
    CHECK(question_html({}, "1-demo", "line 2").empty());
}

TEST_CASE("on paper the answer stands in the notes alone") {
    CHECK(has(question_on_paper(kWhole), "<li>Sometimes</li>"));
    CHECK_FALSE(has(question_on_paper(kWhole), "<li data-"));
    CHECK(answer_note(kWhole, "line 2") == "**B**: No & never. Then look at: line 2\n\n");
    CHECK(answer_note({}, "line 2").empty());
}

TEST_CASE("a deck's run block may make several claims") {
    const Deck deck = parse_deck("# A\n```run\n1-demo\nclaim: ^a: b\nclaim: c\n```\n", "deck.md");
    CHECK(deck.slides[0].blocks[1].settings.at("claim") == "^a: b\nc");
}
