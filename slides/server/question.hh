// The question of a run: asked before it, answered after it. It stands in the run block of a deck:
//
//     ```run
//     1-zombies
//     question: Three children have ended. What does kill -9 do to them?
//     A: It removes them
//     B: Nothing
//     C: It removes them if root sends it
//     answer: B
//     claim: ^2\. After kill -9
//     claim: ^ *\d+ +\d+ +Z
//     ```
//
// A claim is what the demo must print, as regular expressions that are found one after the other;
// `holds` compares numbers that were captured in them. tests/slides/demos_test.py reads both.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slides/server/deck.hh"

namespace waymark::slides {

struct Question {
    std::string text;
    std::vector<std::string> choices;  // three or four: A, B, C, D
    std::string answer;                // the letter of the right one
};

// Nothing if the block has no question, or half of one.
std::optional<Question> question_of(const RunSettings& settings);

// What is missing in a run block, in words; none if it has a question, choices and a claim.
std::vector<std::string> question_faults(const RunSettings& settings);

// The letters of the wrong choices that do not stand in the notes, as words: "AD". The lecturer
// answers those who chose them. "" without a question. An article "A" passes for the letter.
std::string unanswered_choices(const RunSettings& settings, std::string_view notes);

// On a slide, before the pane of the run. `look` is what to look at and why; it is shown after the
// run, with the answer. "" without a question.
std::string question_html(const RunSettings& settings, std::string_view demo,
                          std::string_view look);

// On paper: the question and its choices, without the answer.
std::string question_on_paper(const RunSettings& settings);

// For the speaker's notes, in Markdown: the answer, and what to look at.
std::string answer_note(const RunSettings& settings, std::string_view look);

}  // namespace waymark::slides
