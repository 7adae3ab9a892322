#include "protocols/json_reader.hh"

#include <algorithm>
#include <bitset>
#include <limits>

#include "protocols/field_text.hh"
#include "protocols/number.hh"

namespace waymark::tracker {
namespace {

constexpr std::string_view kUnknownLetter = "\xEF\xBF\xBD";  // U+FFFD

bool is_json_blank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool ends_word(char c) {
    return is_json_blank(c) || c == ',' || c == ']' || c == '}' || c == ':' || c == '"' ||
           c == '[' || c == '{';
}

void append_letter(std::string& out, unsigned letter) {
    const auto byte = [&](unsigned value) { out += static_cast<char>(value); };
    if (letter < 0x80) return byte(letter);
    if (letter < 0x800) {
        byte(0xC0 | letter >> 6);
    } else if (letter < 0x10000) {
        byte(0xE0 | letter >> 12);
        byte(0x80 | (letter >> 6 & 0x3F));
    } else {
        byte(0xF0 | letter >> 18);
        byte(0x80 | (letter >> 12 & 0x3F));
        byte(0x80 | (letter >> 6 & 0x3F));
    }
    byte(0x80 | (letter & 0x3F));
}

// Four hexadecimal digits at the front, which are taken.
std::optional<unsigned> take_hex(std::string_view& text) {
    if (text.size() < 4) return std::nullopt;
    unsigned value = 0;
    for (const char c : text.substr(0, 4)) {
        const char lower = static_cast<char>(c | 0x20);
        if (c >= '0' && c <= '9')
            value = value * 16 + static_cast<unsigned>(c - '0');
        else if (lower >= 'a' && lower <= 'f')
            value = value * 16 + static_cast<unsigned>(lower - 'a' + 10);
        else
            return std::nullopt;
    }
    text.remove_prefix(4);
    return value;
}

// Behind "\u": one letter, of two halves where it needs them (RFC 8259, 7).
void append_unicode(std::string& out, std::string_view& text) {
    const std::optional<unsigned> first = take_hex(text);
    if (!first) {
        out += kUnknownLetter;
        return;
    }
    if (*first < 0xD800 || *first > 0xDFFF) return append_letter(out, *first);
    std::string_view after = text;
    if (*first < 0xDC00 && after.starts_with("\\u")) {
        after.remove_prefix(2);
        const std::optional<unsigned> second = take_hex(after);
        if (second && *second >= 0xDC00 && *second <= 0xDFFF) {
            text = after;
            return append_letter(out, 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00));
        }
    }
    out += kUnknownLetter;
}

void append_unescaped(std::string& out, std::string_view text) {
    constexpr std::string_view kLetters = "bfnrt";
    constexpr std::string_view kMeanings = "\b\f\n\r\t";
    while (!text.empty()) {
        const std::size_t plain = std::min(text.find('\\'), text.size());
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.size() < 2) return;  // nothing, or a backslash at the end, which is none
        const char letter = text[1];
        text.remove_prefix(2);
        const std::size_t known = kLetters.find(letter);
        if (letter == 'u')
            append_unicode(out, text);
        else
            out += known == std::string_view::npos ? letter : kMeanings[known];
    }
}

}  // namespace

bool JsonReader::fail() {
    failed_ = true;
    at_ = text_.size();
    return false;
}

void JsonReader::skip_blanks() {
    while (at_ < text_.size() && is_json_blank(text_[at_])) ++at_;
}

bool JsonReader::enter(char bracket) {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != bracket) return false;
    ++at_;
    is_first_ = true;
    return true;
}

// Past the comma before the next one, or past the closing bracket.
bool JsonReader::next(char closing) {
    skip_blanks();
    if (failed_ || at_ == text_.size()) return fail();
    if (text_[at_] == closing) {
        ++at_;
        is_first_ = false;
        return false;
    }
    if (is_first_) return true;
    if (text_[at_] != ',') return fail();
    ++at_;
    skip_blanks();
    return true;
}

bool JsonReader::next_member(std::string_view& name) {
    if (!next('}')) return false;
    const std::size_t begin = at_ + 1;
    if (at_ == text_.size() || text_[at_] != '"') return fail();
    skip_string();
    if (failed_) return false;
    name = text_.substr(begin, at_ - 1 - begin);
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != ':') return fail();
    ++at_;
    return true;
}

bool JsonReader::next_element() {
    return next(']');
}

// The quote is at the cursor. An escaped quote does not end it.
void JsonReader::skip_string() {
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
        if (text_[i] == '"') {
            at_ = i + 1;
            return;
        }
        if (text_[i] == '\\') ++i;
    }
    fail();
}

// The bracket is at the cursor. What closes must be what was opened.
void JsonReader::skip_structure() {
    std::bitset<kDeepest> is_object;
    std::size_t depth = 0;
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == '"') {
            skip_string();
            continue;
        }
        ++at_;
        if (c == '{' || c == '[') {
            if (depth == kDeepest) break;
            is_object[depth++] = c == '{';
        } else if (c == '}' || c == ']') {
            if (is_object[depth - 1] != (c == '}')) break;
            if (--depth == 0) return;
        }
    }
    fail();
}

JsonValue JsonReader::value() {
    skip_blanks();
    is_first_ = false;
    const std::size_t begin = at_;
    if (at_ == text_.size()) {
        fail();
        return {};
    }
    JsonKind kind = JsonKind::word;
    switch (text_[at_]) {
        case '"':
            kind = JsonKind::text;
            skip_string();
            break;
        case '{':
            kind = JsonKind::object;
            skip_structure();
            break;
        case '[':
            kind = JsonKind::array;
            skip_structure();
            break;
        default:
            while (at_ < text_.size() && !ends_word(text_[at_])) ++at_;
            if (at_ == begin) fail();
            break;
    }
    if (failed_) return {};
    return {kind, text_.substr(begin, at_ - begin)};
}

bool JsonReader::at_end() {
    skip_blanks();
    return !failed_ && at_ == text_.size();
}

bool JsonMembers::read(JsonReader& in) {
    count_ = 0;
    if (!in.enter_object()) return false;
    std::string_view name;
    while (in.next_member(name)) {
        const JsonValue value = in.value();
        if (count_ < kMost) members_[count_++] = {name, value};
    }
    return !in.failed();
}

JsonValue JsonMembers::operator[](std::string_view name) const {
    for (const Member& member : *this)
        if (member.name == name) return member.value;
    return {};
}

bool is_null(const JsonValue& value) {
    return value.kind == JsonKind::nothing ||
           (value.kind == JsonKind::word && value.text == "null");
}

std::string_view json_text(const JsonValue& value, std::string& space) {
    if (value.kind == JsonKind::word) return is_null(value) ? std::string_view() : value.text;
    if (value.kind != JsonKind::text) return {};
    const std::string_view inner = value.text.substr(1, value.text.size() - 2);
    if (inner.find('\\') == std::string_view::npos) return without_blanks(inner);
    space.clear();
    append_unescaped(space, inner);
    return without_blanks(space);
}

std::optional<double> json_number(const JsonValue& value) {
    if (value.kind != JsonKind::word && value.kind != JsonKind::text) return std::nullopt;
    std::string_view text = value.text;
    if (value.kind == JsonKind::text) text = text.substr(1, text.size() - 2);
    const Number number = parse_number(text);
    if (number.kind != NumberKind::value) return std::nullopt;
    return number.value;
}

std::optional<double> json_degrees(const JsonValue& value) {
    if (is_null(value)) return std::nullopt;
    return json_number(value).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::optional<bool> json_flag(const JsonValue& value) {
    std::string space;
    return parse_flag(json_text(value, space));
}

}  // namespace waymark::tracker
