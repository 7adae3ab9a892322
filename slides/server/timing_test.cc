#include "slides/server/timing.hh"

#include <doctest/doctest.h>

#include <numeric>
#include <string>

using namespace waymark::slides;
using namespace std::chrono_literals;

namespace {

Deck deck() {
    return parse_deck(
        "# A\n\nNote:\nShort.\n\n---\n\n# B\n\n```run\n1-zombies\nquestion: a?\nA: b\nB: c\nC: "
        "d\nanswer: A\n```\n\nNote:\n"
        "Short.\n\n---\n\n"
        "# C\n\n```code\na.cc#b\n```\n\nNote:\nSteps 1, 2 and 3.\n",
        "deck.md");
}

std::chrono::seconds sum(const std::vector<std::chrono::seconds>& times) {
    return std::accumulate(times.begin(), times.end(), 0s);
}

}  // namespace

TEST_CASE("the slides together take as long as the lecture, to the second") {
    CHECK(sum(slide_times(deck(), 45min)) == 45min);
    CHECK(sum(slide_times(deck(), 7min)) == 7min);
    CHECK(slide_times(deck(), 45min).size() == 3);
}

TEST_CASE("a demo takes longer than steps of code, and those longer than a title") {
    const std::vector<std::chrono::seconds> times = slide_times(deck(), 45min);
    CHECK(times[1] > times[2]);
    CHECK(times[2] > times[0]);
    CHECK(times[0] > 0s);
}

TEST_CASE("each step of code takes its time, and one of a demo none") {
    const auto needs = [](const std::string& block, const std::string& note) {
        return sum(slide_times(
            parse_deck("# A\n\n```" + block + "\n```\n\nNote:\n" + note + "\n", "deck.md"), 0min));
    };
    CHECK(needs("code\na.cc#b", "Step 1 and 2.") > needs("code\na.cc#b", "Step 1 or so."));
    CHECK(needs("run\n1-zombies", "Step 1 and 2.") == needs("run\n1-zombies", "Look at them all."));
}

TEST_CASE("without a length of the lecture it is what the slides seem to need") {
    CHECK(sum(slide_times(deck(), 0min)) > 2min);
    CHECK(sum(slide_times(deck(), 0min)) < 5min);
}

TEST_CASE("120 words that are said take a minute, a picture and a question their own time") {
    const auto needs = [](const std::string& slide) {
        return sum(slide_times(parse_deck("# A\n\n" + slide + "\n", "deck.md"), 0min));
    };
    std::string words;
    for (int word = 0; word < 120; ++word) words += " word";
    CHECK(needs("Note:\n" + words) - needs("Note:\n") == 60s);
    CHECK(needs("![a](b.svg)\n\nNote:\nA.") - needs("a\n\nNote:\nA.") >= 30s);
    const std::string run = "```run\n1-zombies\n",
                      question = "question: one two?\nA: x\nB: y\nC: z\nanswer: A\n";
    const std::string end = "```\n\nNote:\nA.";
    CHECK(needs(run + question + end) - needs(run + end) >= 40s);
}

TEST_CASE("a lecture that is planned much longer or shorter than there is matter is told") {
    CHECK(fault_of_lecture(deck(), 3min) == "");
    CHECK(fault_of_lecture(deck(), 7min)
              .starts_with("a lecture of 7 min is planned, and there is matter for 3:"));
    CHECK(fault_of_lecture(deck(), 7min).ends_with("or say more in the notes"));
    std::string words = "# A\n\nNote:\n";
    for (int word = 0; word < 1200; ++word) words += " word";
    CHECK(fault_of_lecture(parse_deck(words, "deck.md"), 10min) == "");
    CHECK(
        fault_of_lecture(parse_deck(words, "deck.md"), 5min).ends_with("or say less in the notes"));
}

TEST_CASE("times in words") {
    CHECK(time_in_words(125s, 14min, 45min) == "About 2 min; after it 14 of 45 min have passed.");
    CHECK(time_in_words(18s, 20s, 45min) == "About 20 s; after it 0 of 45 min have passed.");
}
