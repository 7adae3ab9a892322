// A sentence of NMEA 0183 in a line of a log. A line may hold more than it: a time stamp before it,
// the rest of a sentence whose end was lost, a second sentence. So what counts is the last '$' of
// each piece and the two hexadecimal digits behind '*', in whichever case they are written: they
// are the XOR of what lies between.

#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace waymark::tracker {

enum class Checksum { right, wrong, absent };

struct NmeaSentence {
    static constexpr std::size_t kMostFields = 24;

    std::array<std::string_view, kMostFields> fields;  // what is not there is empty
    Checksum checksum = Checksum::absent;

    // "RMC" of "GNRMC": the two letters before it say which satellites were heard.
    std::string_view type() const;
};

// Takes the next sentence from the front of `line`; nothing if there is none any more.
std::optional<NmeaSentence> take_sentence(std::string_view& line);

// Whether there is a sentence of a kind that says a place, such as "$GNRMC,".
bool has_place_sentence(std::string_view bytes);

}  // namespace waymark::tracker
