#include "protocols/extras.hh"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace waymark::tracker {
namespace {

// How many bytes the UTF-8 character at the front takes, or 0 if it is not one (RFC 3629, 4).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    // Overlong forms, surrogates, and what lies above U+10FFFF.
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) > 0x9F) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;
    return length;
}

void append_ascii(std::string& out, char c) {
    if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<int>(c));
    } else {
        out += c;
    }
}

// Cut before anything is written, so that an attribute is there whole or not at all.
std::span<const Attribute> as_many_as_fit(std::span<const Attribute> attributes) {
    std::size_t bytes = 0;
    std::size_t count = 0;
    for (const Attribute& attribute : attributes) {
        bytes += attribute.name.size() + attribute.value.size();
        if (bytes > kMaximumExtras) break;
        ++count;
    }
    return attributes.first(count);
}

// The values of all attributes that share the first one's name: a string, or an array of them.
void append_values(std::string& out, std::span<const Attribute> attributes) {
    const std::string_view name = attributes.front().name;
    const auto has_name = [&](const Attribute& attribute) { return attribute.name == name; };
    if (std::count_if(attributes.begin(), attributes.end(), has_name) == 1) {
        append_json_string(out, attributes.front().value);
        return;
    }
    char separator = '[';
    for (const Attribute& attribute : attributes) {
        if (!has_name(attribute)) continue;
        out += std::exchange(separator, ',');
        append_json_string(out, attribute.value);
    }
    out += ']';
}

}  // namespace

void append_as_utf8(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        out += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0)
            out += "\xEF\xBF\xBD";
        else if (length == 1)
            append_ascii(out, text.front());
        else
            out += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    out += '"';
}

std::string json_string(std::string_view text) {
    std::string json;
    append_json_string(json, text);
    return json;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

void ExtrasWriter::begin(std::string_view name) {
    text_ += text_.empty() ? '{' : ',';
    append_json_string(text_, name);
    text_ += ':';
}

void ExtrasWriter::add_text(std::string_view name, std::string_view value) {
    begin(name);
    append_json_string(text_, value);
}

void ExtrasWriter::add_flag(std::string_view name, bool value) {
    begin(name);
    text_ += value ? "true" : "false";
}

void ExtrasWriter::add_number(std::string_view name, double value) {
    begin(name);
    fmt::format_to(std::back_inserter(text_), "{}", value);
}

void ExtrasWriter::add_attributes(std::span<const Attribute> attributes) {
    attributes = as_many_as_fit(attributes);
    if (attributes.empty()) return;
    begin("attributes");
    char separator = '{';
    for (auto it = attributes.begin(); it != attributes.end(); ++it) {
        const auto has_its_name = [&](const Attribute& other) { return other.name == it->name; };
        if (std::any_of(attributes.begin(), it, has_its_name)) continue;
        text_ += std::exchange(separator, ',');
        append_json_string(text_, it->name);
        text_ += ':';
        append_values(text_, {it, attributes.end()});
    }
    text_ += '}';
}

void ExtrasWriter::finish() {
    if (!text_.empty()) text_ += '}';
}

}  // namespace waymark::tracker
