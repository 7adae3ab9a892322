// How long a lecturer needs for each slide: an estimate, by what there is to say, to read and to
// run. It goes to the speaker's window, which compares it with the clock.

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "slides/server/deck.hh"

namespace waymark::slides {

// One for each slide; together they are `lecture`, or what was estimated when that is 0.
std::vector<std::chrono::seconds> slide_times(const Deck& deck, std::chrono::minutes lecture);

// "About 2 min; after it 14 of 45 min have passed."
std::string time_in_words(std::chrono::seconds slide, std::chrono::seconds passed,
                          std::chrono::seconds all);

}  // namespace waymark::slides
