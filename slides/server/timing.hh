// How long a lecturer needs for each slide: an estimate, by what there is to say (120 words a
// minute), to read, to ask and to run. It goes to the speaker's window, which compares it with the
// clock; and the lecture that is planned is held against it.

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "slides/server/deck.hh"

namespace waymark::slides {

// One for each slide; together they are `lecture`, or what was estimated when that is 0.
std::vector<std::chrono::seconds> slide_times(const Deck& deck, std::chrono::minutes lecture);

// In words, where the estimate and the lecture that is planned differ by more than three minutes;
// else "".
std::string fault_of_lecture(const Deck& deck, std::chrono::minutes lecture);

// "About 2 min; after it 14 of 45 min have passed."
std::string time_in_words(std::chrono::seconds slide, std::chrono::seconds passed,
                          std::chrono::seconds all);

}  // namespace waymark::slides
