// The gate once more, so slowly that it is obvious: a list of who is inside, and nothing that is
// counted up or down. And a row of deeds, done to both.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gate.hh"

namespace waymark::course::check {

struct Deed {
    enum class Kind { enter, give_back, move, end, set_limits };
    Kind kind;
    std::size_t place;  // which of kPlaces slots
    std::size_t other;  // move: from where; enter: which peer; set_limits: which limits
    unsigned roll;      // enter: what would be rolled
};

constexpr std::size_t kPlaces = 6;

// The same for the same seed.
std::vector<Deed> make_deeds(std::uint64_t seed, std::size_t count);
std::string in_words(const Deed& deed);

// What differed first, at the last of the deeds that were done; nothing if nothing did.
std::optional<Difference> first_difference(const std::vector<Deed>& deeds);

// Without each deed that it needs not, to differ still; and without those behind the difference.
std::vector<Deed> shortest(std::vector<Deed> deeds);

}  // namespace waymark::course::check
