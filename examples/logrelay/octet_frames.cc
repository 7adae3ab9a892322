#include "octet_frames.hh"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <iterator>

namespace waymark::logrelay {

namespace {

// More digits than any length in memory: so much is looked at, and no number overflows.
constexpr std::size_t kMostDigits = 9;

bool is_digit_byte(char letter) {
    return letter >= '0' && letter <= '9';
}

}  // namespace

void append_frame(std::string& stream, std::string_view message) {
    assert(!message.empty());
    fmt::format_to(std::back_inserter(stream), "{} ", message.size());
    stream += message;
}

void FrameReader::add(std::string_view bytes) {
    held_.erase(0, taken_);
    taken_ = 0;
    held_ += bytes;
}

FrameReader::Found FrameReader::next(std::string_view& content) {
    if (is_malformed_) return Found::malformed;
    const std::string_view rest = std::string_view(held_).substr(taken_);
    std::size_t length = 0;
    std::size_t digits = 0;
    for (; digits < std::min(rest.size(), kMostDigits) && is_digit_byte(rest[digits]); ++digits)
        length = length * 10 + static_cast<std::size_t>(rest[digits] - '0');
    const bool has_end = digits < rest.size();
    is_malformed_ = length > longest_ || (digits > 0 && rest[0] == '0') ||
                    (has_end && (digits == 0 || rest[digits] != ' '));
    if (is_malformed_) return Found::malformed;
    if (!has_end || rest.size() - digits - 1 < length) return Found::more;
    content = rest.substr(digits + 1, length);
    taken_ += digits + 1 + length;
    return Found::frame;
}

}  // namespace waymark::logrelay
