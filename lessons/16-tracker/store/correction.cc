#include "store/correction.hh"

#include <array>
#include <charconv>

#include "unix_time.hh"

namespace waymark::tracker {
namespace {

// Whole numbers with commas between them, each within its bounds, and nothing else.
template <std::size_t kCount>
bool read_numbers(std::string_view text, std::array<std::int64_t, kCount>& numbers,
                  const std::array<std::int64_t, kCount>& limits) {
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::size_t i = 0; i < kCount; ++i) {
        if (i > 0 && (at == end || *at++ != ',')) return false;
        const auto [next, problem] = std::from_chars(at, end, numbers[i]);
        if (problem != std::errc() || numbers[i] < -limits[i] || numbers[i] > limits[i])
            return false;
        at = next;
    }
    return at == end;
}

constexpr std::int64_t kPole = 900'000'000;
constexpr std::int64_t kDateLine = 1'800'000'000;

}  // namespace

std::optional<Box> parse_box(std::string_view text) {
    std::array<std::int64_t, 4> numbers{};
    if (!read_numbers(text, numbers, {kPole, kDateLine, kPole, kDateLine})) return std::nullopt;
    if (numbers[0] > numbers[2]) return std::nullopt;
    return Box{static_cast<std::int32_t>(numbers[0]), static_cast<std::int32_t>(numbers[1]),
               static_cast<std::int32_t>(numbers[2]), static_cast<std::int32_t>(numbers[3])};
}

std::optional<FixKey> parse_fix_key(std::string_view text) {
    std::array<std::int64_t, 3> numbers{};
    if (!read_numbers(text, numbers, {kEndOfTime, kPole, kDateLine})) return std::nullopt;
    return FixKey{numbers[0], static_cast<std::int32_t>(numbers[1]),
                  static_cast<std::int32_t>(numbers[2])};
}

}  // namespace waymark::tracker
