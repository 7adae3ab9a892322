#include "slides/server/timing.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "slides/server/question.hh"
#include "slides/server/steps.hh"

namespace waymark::slides {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// 120 words a minute are said: notes, questions and their choices. What is read silently takes
// less; a picture and a step of code must be found and explained; the room thinks about a question
// and puts up its hands; a demo is run and looked at.
constexpr double kForSpokenWord = 60.0 / 120, kForReadWord = 0.35;
constexpr double kForSlide = 10, kForPicture = 30, kForStep = 20, kForHands = 40, kForDemo = 60;

// Read by a machine, two decks took three and four minutes less than their sums.
constexpr std::chrono::minutes kMayDiffer{3};

double words_in(const std::string& text) {
    std::istringstream stream(text);
    double count = 0;
    for (std::string word; stream >> word;) ++count;
    return count;
}

double pictures_in(std::string_view text) {
    double count = 0;
    for (std::size_t at = 0; (at = text.find("![", at)) != text.npos; at += 2) ++count;
    return count;
}

double estimate_question(const RunSettings& settings) {
    const std::optional<Question> question = question_of(settings);
    if (!question) return 0;
    double words = words_in(question->text);
    for (const std::string& choice : question->choices) words += words_in(choice);
    return kForHands + kForSpokenWord * words;
}

double estimate(const Slide& slide) {
    double sum = kForSlide + kForSpokenWord * words_in(slide.notes);
    double code_blocks = 0;
    for (const Block& block : slide.blocks) {
        if (block.kind == Block::Kind::prose)
            sum += kForReadWord * words_in(block.text) + kForPicture * pictures_in(block.text);
        if (block.kind == Block::Kind::run) sum += kForDemo + estimate_question(block.settings);
        if (block.kind == Block::Kind::code) ++code_blocks;
    }
    if (code_blocks == 0) return sum;  // "step 2" is one of a demo there
    const auto steps = static_cast<double>(steps_in(slide.notes).size());
    return sum + kForStep * std::max(code_blocks, steps);
}

long minutes_of(seconds time) {
    return std::chrono::round<std::chrono::minutes>(time).count();
}

}  // namespace

std::vector<seconds> slide_times(const Deck& deck, std::chrono::minutes lecture) {
    std::vector<double> estimates;
    for (const Slide& slide : deck.slides) estimates.push_back(estimate(slide));
    const double all = std::accumulate(estimates.begin(), estimates.end(), 0.0);
    const double wanted = lecture.count() > 0 ? static_cast<double>(seconds(lecture).count()) : all;
    // Rounded where the slides end, and not each slide: so the sum is right.
    std::vector<seconds> times;
    double passed = 0;
    seconds told{0};
    for (const double each : estimates) {
        passed += each * wanted / all;
        times.push_back(seconds(std::lround(passed)) - told);
        told += times.back();
    }
    return times;
}

std::string fault_of_lecture(const Deck& deck, minutes lecture) {
    const std::vector<seconds> times = slide_times(deck, minutes(0));
    const seconds needed = std::accumulate(times.begin(), times.end(), seconds(0));
    if (std::chrono::abs(needed - lecture) <= kMayDiffer) return {};
    return fmt::format(
        "a lecture of {} min is planned, and there is matter for {}: change 'lecture' in "
        "lesson.json, or say "
        "{} in the notes",
        lecture.count(), minutes_of(needed), needed < lecture ? "more" : "less");
}

std::string time_in_words(seconds slide, seconds passed, seconds all) {
    constexpr seconds kShort{50};
    const std::string length = slide < kShort ? fmt::format("{} s", (slide.count() + 5) / 10 * 10)
                                              : fmt::format("{} min", minutes_of(slide));
    return fmt::format("About {}; after it {} of {} min have passed.", length, minutes_of(passed),
                       minutes_of(all));
}

}  // namespace waymark::slides
