#include "model.hh"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "daemon/log_line.hh"

namespace waymark::course::check {

namespace {

using daemon::kLongestLine;

enum class Kind { letter, control, beyond_ascii, direction, backslash, no_letter };

struct Piece {
    Kind kind;
    std::string bytes;  // as they came
    std::string shown;  // as they stand in the line
};

bool is_between(char32_t code, char32_t first, char32_t last) {
    return first <= code && code <= last;
}

Kind kind_of(char32_t code) {
    if (code == '\\') return Kind::backslash;
    if (code < 0x20 || code == 0x7f) return Kind::control;
    if (is_between(code, 0x80, 0x9f) || code == 0x2028 || code == 0x2029) return Kind::beyond_ascii;
    const bool turns = code == 0x061c || code == 0x200e || code == 0x200f ||
                       is_between(code, 0x202a, 0x202e) || is_between(code, 0x2066, 0x2069);
    return turns ? Kind::direction : Kind::letter;
}

// Those bits of the front that would be the code of a letter of so many bytes.
char32_t bits_of(std::string_view front) {
    if (front.size() == 1) return static_cast<unsigned char>(front[0]);
    char32_t code = static_cast<unsigned char>(front[0]) & (0x7fU >> front.size());
    for (const char byte : front.substr(1))
        code = code * 64 + (static_cast<unsigned char>(byte) & 0x3fU);
    return code;
}

std::string hexadecimal(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes)
        text += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    return text;
}

// It is a letter if writing its code gives the same bytes.
Piece first_piece(std::string_view text) {
    for (std::size_t bytes = 1; bytes <= std::min<std::size_t>(4, text.size()); ++bytes) {
        const std::string front(text.substr(0, bytes));
        const char32_t code = bits_of(front);
        if (utf8_of(code) != front) continue;
        const Kind kind = kind_of(code);
        return {kind, front, kind == Kind::letter ? front : hexadecimal(front)};
    }
    return {Kind::no_letter, std::string(text.substr(0, 1)), hexadecimal(text.substr(0, 1))};
}

std::vector<Piece> pieces_of(std::size_t head, std::string_view message) {
    std::vector<Piece> pieces;
    std::size_t length = head;
    while (!message.empty()) {
        Piece piece = first_piece(message);
        if (length + piece.shown.size() + 3 + 1 > kLongestLine) {
            pieces.push_back({Kind::letter, "", "..."});
            break;
        }
        length += piece.shown.size();
        message.remove_prefix(piece.bytes.size());
        pieces.push_back(std::move(piece));
    }
    return pieces;
}

Causes causes_of(const Piece& piece, std::string_view seen) {
    if (piece.bytes.empty() || seen.starts_with("...")) return kCut;
    if (piece.kind == Kind::letter) return seen.starts_with("\\x") ? Causes(kTooMuch) : Causes{};
    if (!seen.starts_with(piece.bytes) || (seen.starts_with("\\") && piece.bytes != "\\"))
        return kDigits;
    switch (piece.kind) {
        case Kind::control:
            return kRaw;
        case Kind::beyond_ascii:
            return kAsciiOnly;
        case Kind::direction:
            return kDirection;
        case Kind::backslash:
            return kBackslash;
        default:
            return kNotUtf8;
    }
}

}  // namespace

std::string utf8_of(char32_t code) {
    const auto byte = [](char32_t bits) { return static_cast<char>(bits); };
    const auto next = [&](int shift) { return byte(0x80 + (code >> shift) % 64); };
    const auto at = [&](auto... bytes) { return std::string{bytes...}; };
    if (code < 0x80) return at(byte(code));
    if (code < 0x800) return at(byte(0xc0 + code / 64), next(0));
    if (is_between(code, 0xd800, 0xdfff) || code > 0x10ffff) return "";
    if (code < 0x10000) return at(byte(0xe0 + code / 4096), next(6), next(0));
    return at(byte(0xf0 + code / 262144), next(12), next(6), next(0));
}

std::string model_line(std::string_view head, std::string_view message) {
    std::string line(head);
    for (const Piece& piece : pieces_of(head.size(), message)) line += piece.shown;
    return line;
}

void expect_as_in_the_model(std::string_view head, std::string_view message) {
    daemon::LineBuffer line;
    line.append(head);
    daemon::append_escaped(line, message);
    const std::string_view seen(line.data(), line.size());
    if (seen == model_line(head, message)) return;
    expect(seen.starts_with(head), "what was in the line before", show(head.substr(0, 40)),
           show(seen.substr(0, 40)), kHead);
    expect(seen.size() > head.size(), "what is appended", "the message", "nothing", kNotWritten);
    std::size_t place = head.size();
    for (const Piece& piece : pieces_of(head.size(), message)) {
        const std::string_view here = seen.substr(std::min(place, seen.size()));
        expect(here.starts_with(piece.shown), fmt::format("bytes {} of the line", place),
               show(piece.shown), show(here.substr(0, 16)), causes_of(piece, here));
        place += piece.shown.size();
    }
    fail("bytes of the line", show(place), show(seen.size()),
         seen.ends_with("...") ? kCut : kExtra);
}

}  // namespace waymark::course::check
