#include "slides/server/timing.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>
#include <string>

#include "slides/server/steps.hh"

namespace waymark::slides {

namespace {

using std::chrono::seconds;

// What is said takes half a second a word, what is read silently less; a step of code must be found
// and explained; a demo is asked about, run and looked at.
constexpr double kForSpokenWord = 0.5, kForReadWord = 0.35;
constexpr double kForSlide = 10, kForStep = 20, kForDemo = 100;

double words_in(const std::string& text) {
    std::istringstream stream(text);
    double count = 0;
    for (std::string word; stream >> word;) ++count;
    return count;
}

double estimate(const Slide& slide) {
    double sum = kForSlide + kForSpokenWord * words_in(slide.notes);
    double code_blocks = 0;
    for (const Block& block : slide.blocks) {
        if (block.kind == Block::Kind::prose) sum += kForReadWord * words_in(block.text);
        if (block.kind == Block::Kind::run) sum += kForDemo;
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

std::string time_in_words(seconds slide, seconds passed, seconds all) {
    constexpr seconds kShort{50};
    const std::string length = slide < kShort
                                   ? fmt::format("{} s", (slide.count() + 5) / 10 * 10)
                                   : fmt::format("{} min", minutes_of(slide));
    return fmt::format("About {}; after it {} of {} min have passed.", length, minutes_of(passed),
                       minutes_of(all));
}

}  // namespace waymark::slides
