// What a refusal means, in the words of the person who set the phone up, and what cures it. Reasons
// are words for programs ("bad_number"); here is the sentence for each.

#pragma once

#include <string>
#include <string_view>

#include "services/refusal_list.hh"

namespace waymark::tracker {

struct RefusalWords {
    std::string what;  // "The app sends the identifier \"my-phne\", and no device has it."
    std::string cure;  // what to do
};

// Of each case there is one, also of what never became a message.
RefusalWords words_for(const RefusalCase& refused);

// Whether the reason has a sentence of its own.
bool has_words(std::string_view reason);

}  // namespace waymark::tracker
