#include "net/http/byte_range.hh"

#include <algorithm>
#include <optional>

#include "net/http/grammar.hh"
#include "net/http/message.hh"

namespace waymark::net::http {

namespace {

// 1*DIGIT; numbers beyond the largest become the largest, which is beyond any file too.
std::optional<std::uint64_t> parse_position(std::string_view text) {
    if (text.empty() || !kDigits.has_all(text)) return std::nullopt;
    std::uint64_t number = 0;
    for (const char digit : text) {
        const auto more = static_cast<std::uint64_t>(digit - '0');
        if (number > (UINT64_MAX - more) / 10) return UINT64_MAX;
        number = number * 10 + more;
    }
    return number;
}

ByteRange last_bytes(std::uint64_t count, std::uint64_t size) {
    if (count == 0) return {ByteRange::Kind::unsatisfiable};
    if (size == 0) return {};
    const std::uint64_t sent = std::min(count, size);
    return {ByteRange::Kind::part, size - sent, sent};
}

}  // namespace

ByteRange parse_range(std::string_view value, std::uint64_t size) {
    constexpr std::string_view kUnit = "bytes=";
    if (value.size() < kUnit.size() || !same_name(value.substr(0, kUnit.size()), kUnit)) return {};
    value = trim_blanks(value.substr(kUnit.size()));
    const std::size_t dash = value.find('-');
    if (dash == value.npos || value.find(',') != value.npos) return {};
    const std::optional<std::uint64_t> last = parse_position(value.substr(dash + 1));
    if (dash == 0) return last ? last_bytes(*last, size) : ByteRange();
    const std::optional<std::uint64_t> first = parse_position(value.substr(0, dash));
    const bool is_open = dash + 1 == value.size();
    if (!first || (!last && !is_open) || (last && *last < *first)) return {};
    if (*first >= size) return {ByteRange::Kind::unsatisfiable};
    const std::uint64_t left = size - *first;
    return {ByteRange::Kind::part, *first, last ? std::min(*last - *first, left - 1) + 1 : left};
}

}  // namespace waymark::net::http
