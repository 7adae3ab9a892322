#include "slides/server/question.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstddef>

#include "net/http/html_text.hh"

namespace waymark::slides {

using net::http::escaped;

namespace {

constexpr std::string_view kLetters = "ABCD";
constexpr std::size_t kFewestChoices = 3;

std::string word_of(const RunSettings& settings, std::string_view key) {
    const auto found = settings.find(key);
    return found == settings.end() ? "" : found->second;
}

std::vector<std::string> choices_of(const RunSettings& settings) {
    std::vector<std::string> choices;
    for (const char letter : kLetters) {
        std::string choice = word_of(settings, {&letter, 1});
        if (choice.empty()) break;
        choices.push_back(std::move(choice));
    }
    return choices;
}

bool is_one_of(std::string_view answer, std::size_t choices) {
    return answer.size() == 1 && kLetters.substr(0, choices).find(answer) != answer.npos;
}

// "C++" is not the letter C.
bool has_letter(std::string_view text, char letter) {
    const auto is_part = [](char byte) {
        return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '+';
    };
    for (std::size_t at = 0; (at = text.find(letter, at)) != text.npos; ++at) {
        const bool begins = at == 0 || !is_part(text[at - 1]);
        if (begins && (at + 1 == text.size() || !is_part(text[at + 1]))) return true;
    }
    return false;
}

const std::string& right_choice(const Question& question) {
    return question.choices[kLetters.find(question.answer)];
}

// The number is what the room has said: a hand for each who is for this choice.
std::string choice_html(char letter, std::string_view choice) {
    return fmt::format(
        "<li data-letter=\"{0}\"><span class=\"letter\">{0}</span><span "
        "class=\"choice\">{1}</span><input type=\"number\" min=\"0\" max=\"999\" value=\"0\" "
        "aria-label=\"Hands for {0}: {1}\"><button type=\"button\" class=\"hand\" "
        "aria-label=\"+1 hand for {0}\">+1</button></li>",
        letter, escaped(choice));
}

}  // namespace

std::optional<Question> question_of(const RunSettings& settings) {
    Question question{word_of(settings, "question"), choices_of(settings),
                      word_of(settings, "answer")};
    if (question.text.empty() || question.choices.size() < kFewestChoices) return std::nullopt;
    if (!is_one_of(question.answer, question.choices.size())) return std::nullopt;
    return question;
}

std::vector<std::string> question_faults(const RunSettings& settings) {
    std::vector<std::string> faults;
    if (word_of(settings, "question").empty())
        faults.emplace_back("no question is asked before this run (question: ...)");
    const std::size_t choices = choices_of(settings).size();
    if (choices < kFewestChoices)
        faults.emplace_back("this run's question needs three or four choices (A: ..., B: ...)");
    else if (!is_one_of(word_of(settings, "answer"), choices))
        faults.emplace_back("the letter of the right choice is missing (answer: B)");
    if (word_of(settings, "claim").empty())
        faults.emplace_back("nothing says what this run must print (claim: a regular expression)");
    return faults;
}

std::string unanswered_choices(const RunSettings& settings, std::string_view notes) {
    const std::optional<Question> question = question_of(settings);
    if (!question) return "";
    std::string letters(kLetters.substr(0, question->choices.size()));
    std::erase_if(letters, [&](char letter) {
        return letter == question->answer.front() || has_letter(notes, letter);
    });
    return letters;
}

std::string question_html(const RunSettings& settings, std::string_view demo,
                          std::string_view look) {
    const std::optional<Question> question = question_of(settings);
    if (!question) return "";
    const std::string name = "question-" + escaped(demo);
    std::string out = fmt::format(
        "<div class=\"question\" role=\"group\" aria-labelledby=\"{0}\" data-answer=\"{1}\">"
        "<p class=\"ask\" id=\"{0}\">{2}</p><ol class=\"choices\" role=\"list\">",
        name, question->answer, escaped(question->text));
    for (std::size_t i = 0; i < question->choices.size(); ++i)
        out += choice_html(kLetters[i], question->choices[i]);
    return out + fmt::format(
                     "</ol><p class=\"after\"><strong class=\"right\" role=\"status\" "
                     "data-words=\"{}: {}.\"></strong> <span class=\"look\">{}</span></p></div>\n",
                     question->answer, escaped(right_choice(*question)), escaped(look));
}

std::string question_on_paper(const RunSettings& settings) {
    const std::optional<Question> question = question_of(settings);
    if (!question) return "";
    std::string out = fmt::format("<div class=\"question\"><p class=\"ask\">{}</p><ol type=\"A\">",
                                  escaped(question->text));
    for (const std::string& choice : question->choices) out += "<li>" + escaped(choice) + "</li>";
    return out + "</ol></div>\n";
}

std::string answer_note(const RunSettings& settings, std::string_view look) {
    const std::optional<Question> question = question_of(settings);
    if (!question) return "";
    return fmt::format("**{}**: {}. Then look at: {}\n\n", question->answer,
                       right_choice(*question), look);
}

}  // namespace waymark::slides
