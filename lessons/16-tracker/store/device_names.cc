// The words that a person gives a device: its name, its identifiers, and the unit of its speeds.
// Declared in devices.hh. Refused are words that nobody could see or type again: empty, too long,
// not UTF-8, with control characters (those of a terminal that are above 127, too, and those that
// turn the line round in which they stand), or with a space at an end.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/error.hh"
#include "protocols/extras.hh"
#include "store/devices.hh"
#include "store/places.hh"
#include "store/share_links.hh"

namespace waymark::tracker {

BoxKey box_key_of(std::string_view phrase) {
    BoxKey key{};
    if (phrase.empty() || phrase.size() > key.size())
        throw daemon::UsageError(fmt::format(
            "the encryption key has {} bytes; OwnTracks takes 1 to {}", phrase.size(), key.size()));
    std::copy(phrase.begin(), phrase.end(), key.begin());
    return key;
}
namespace {

constexpr std::array<std::pair<SpeedUnit, std::string_view>, 5> kUnits{{
    {SpeedUnit::protocol_default, "default"},
    {SpeedUnit::knots, "knots"},
    {SpeedUnit::kmh, "kmh"},
    {SpeedUnit::mps, "mps"},
    {SpeedUnit::mph, "mph"},
}};

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// Of UTF-8: U+0080 to U+009F, of which U+009B begins a command to a terminal; the ends of lines and
// paragraphs, U+2028 and U+2029; and what orders the directions of a text, U+202A to U+202E and
// U+2066 to U+2069 (Unicode Standard Annex 9).
bool has_wide_control(std::string_view text) {
    constexpr std::pair<std::string_view, std::string_view> kRanges[] = {
        {"\xC2\x80", "\xC2\x9F"},
        {"\xE2\x80\xA8", "\xE2\x80\xAE"},
        {"\xE2\x81\xA6", "\xE2\x81\xA9"},
    };
    for (std::size_t at = 0; at < text.size(); ++at)
        for (const auto& [first, last] : kRanges) {
            const std::string_view here = text.substr(at, first.size());
            if (here.size() == first.size() && first <= here && here <= last) return true;
        }
    return false;
}

void check_text(std::string_view what, std::string_view text, std::size_t most_bytes) {
    const auto refuse = [&](std::string_view rule) {
        std::string shown;
        append_json_string(shown, text.substr(0, most_bytes));
        throw daemon::UsageError(fmt::format("the {} {} {}", what, shown, rule));
    };
    if (text.empty()) refuse("is empty");
    if (text.size() > most_bytes) refuse(fmt::format("is longer than {} bytes", most_bytes));
    if (std::any_of(text.begin(), text.end(), is_control)) refuse("has a control character");
    if (text.front() == ' ' || text.back() == ' ') refuse("begins or ends with a space");
    if (!is_utf8(text)) refuse("is not UTF-8");
    // Not repeated: it would do to this line what it is refused for.
    if (has_wide_control(text))
        throw daemon::UsageError(fmt::format("the {} has a control character", what));
}

}  // namespace

void check_device_name(std::string_view name) {
    check_text("device name", name, 64);
}

void check_place_name(std::string_view name) {
    check_text("name of the place", name, 64);
}

void check_share_name(std::string_view name) {
    check_text("name of the link", name, 64);
}

void check_identifier(std::string_view identifier) {
    check_text("identifier", identifier, 128);
}

std::string_view to_text(SpeedUnit unit) {
    for (const auto& [known, text] : kUnits)
        if (known == unit) return text;
    return "default";
}

std::optional<SpeedUnit> parse_speed_unit(std::string_view text) {
    for (const auto& [unit, known] : kUnits)
        if (known == text) return unit;
    return std::nullopt;
}

}  // namespace waymark::tracker
