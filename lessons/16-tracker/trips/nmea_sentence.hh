// A sentence of NMEA 0183 in a line of a log. A line may hold more than it: a time stamp before it,
// the rest of a sentence whose end was lost, a second sentence. So what counts is the last '$' of
// each piece and the two hexadecimal digits behind '*', in whichever case they are written: they
// are the XOR of what lies between.

#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "fix.hh"

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

// "4807.038" and "N", "00011.5" and "W": the two digits before the point are minutes, what stands
// before is degrees. Nothing for another text, or another letter than the two that are allowed.
std::optional<double> nmea_degrees(std::string_view text, std::string_view hemisphere,
                                   std::string_view positive, std::string_view negative);

// "095255.810" and "080407" (day, month, year: 80 to 99 are of the last century).
std::optional<UnixMillis> nmea_instant(std::string_view time, std::string_view date);

// Whether there is a sentence of a kind that says a place, such as "$GNRMC,".
bool has_place_sentence(std::string_view bytes);

}  // namespace waymark::tracker
