#include "lessons/course/step_marks.hh"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace waymark::course {

namespace {

constexpr std::string_view kMark = "//@";
constexpr std::string_view kToEnd = "..";

// What one word of a mark says: "2", "2.." or "..2".
struct Word {
    unsigned step = 0;
    bool begins = false;
    bool ends = false;
};

std::string_view trimmed_end(std::string_view text) {
    return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

std::string_view take_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

std::optional<Word> parse_word(std::string_view text) {
    Word word;
    word.ends = text.starts_with(kToEnd);
    if (word.ends) text.remove_prefix(kToEnd.size());
    word.begins = text.ends_with(kToEnd);
    if (word.begins) text.remove_suffix(kToEnd.size());
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), word.step);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || word.step == 0 || (word.begins && word.ends)) return std::nullopt;
    return word;
}

// The words behind the mark; none if there is something else among them.
std::vector<Word> words_of(std::string_view line) {
    std::vector<Word> words;
    const std::size_t place = line.rfind(kMark);
    if (place == line.npos) return words;
    std::string_view rest = trimmed_end(line.substr(place + kMark.size()));
    while (!rest.empty()) {
        const std::optional<Word> word = parse_word(take_word(rest));
        if (!word) return {};
        words.push_back(*word);
    }
    return words;
}

}  // namespace

bool has_step_mark(std::string_view line) {
    return !words_of(line).empty();
}

std::string_view without_step_mark(std::string_view line) {
    if (!has_step_mark(line)) return line;
    return trimmed_end(line.substr(0, line.rfind(kMark)));
}

std::string without_step_marks(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        out.append(without_step_mark(text.substr(0, end)));
        if (end != text.npos) out.push_back('\n');
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return out;
}

void StepReader::read(std::string_view line, std::size_t number) {
    const std::vector<Word> words = words_of(line);
    if (words.empty() && line.find(kMark) != line.npos)
        throw StepError(
            fmt::format("line {}: '{}' marks no step; write //@ 1, or //@ 1.. and //@ ..1", number,
                        trimmed_end(line.substr(line.rfind(kMark)))));
    for (const Word& word : words)
        if (word.begins) begin(word.step, number);
    for (const auto& [step, since] : open_) lines_[step].push_back(number);
    for (const Word& word : words) {
        if (word.ends) end(word.step, number);
        if (!word.begins && !word.ends) lines_[word.step].push_back(number);
    }
}

void StepReader::begin(unsigned step, std::size_t number) {
    if (!open_.emplace(step, number).second)
        throw StepError(fmt::format("line {}: step {} begins again before its end (//@ ..{})",
                                    number, step, step));
}

void StepReader::end(unsigned step, std::size_t number) {
    if (open_.erase(step) == 0)
        throw StepError(
            fmt::format("line {}: step {} ends and was not begun (//@ {}..)", number, step, step));
}

StepLines StepReader::finish() const {
    if (!open_.empty())
        throw StepError(fmt::format("line {}: step {} has no end (//@ ..{})", open_.begin()->second,
                                    open_.begin()->first, open_.begin()->first));
    return lines_;
}

}  // namespace waymark::course
