#include "store/postgresql_words.hh"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

#include "protocols/extras.hh"

namespace waymark::tracker {
namespace {

constexpr int kMostParameters = 65535;

// The number that `text` begins with, and its length; 0 if there is none.
std::pair<int, std::size_t> number_of(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 1 || number > kMostParameters) return {0, 0};
    return {number, static_cast<std::size_t>(end - text.data())};
}

using Kind = StoreError::Kind;

// By the whole code first, by its class of two characters otherwise.
constexpr std::pair<std::string_view, Kind> kKinds[] = {
    {"23503", Kind::refers_to_nothing},
    {"23505", Kind::not_unique},
    {"25006", Kind::not_writable},
    {"40001", Kind::busy},
    {"40P01", Kind::busy},
    {"55P03", Kind::busy},
    {"40003", Kind::unreachable},  // nobody knows whether it was done
    {"53100", Kind::no_room},
    {"53200", Kind::failing},
    {"53300", Kind::unreachable},  // too many connections
    {"57014", Kind::interrupted},
    {"57P01", Kind::unreachable},
    {"57P02", Kind::unreachable},
    {"57P03", Kind::unreachable},
    {"08", Kind::unreachable},
    {"58", Kind::failing},
    {"XX001", Kind::damaged},
    {"XX002", Kind::damaged},
};

}  // namespace

NumberedQuery number_parameters(std::string_view query) {
    NumberedQuery numbered;
    numbered.text.reserve(query.size());
    char quote = 0;
    for (std::size_t at = 0; at < query.size(); ++at) {
        const char c = query[at];
        if (quote != 0) {
            if (c == quote) quote = 0;  // a doubled one opens again at once
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '?') {
            const auto [number, length] = number_of(query.substr(at + 1));
            numbered.parameters = std::max(numbered.parameters, number);
            numbered.text += number == 0 ? '?' : '$';
            continue;
        }
        numbered.text += c;
    }
    return numbered;
}

StoreError::Kind kind_of_state(std::string_view state) {
    for (const auto& [code, kind] : kKinds)
        if (state == code || (code.size() == 2 && state.starts_with(code))) return kind;
    return Kind::other;
}

bool is_stored_text(std::string_view text) {
    return text.find('\0') == std::string_view::npos && is_utf8(text);
}

std::string as_stored_text(std::string_view text) {
    std::string stored;
    append_as_utf8(stored, text);
    constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
    for (std::size_t at = stored.find('\0'); at != std::string::npos; at = stored.find('\0', at))
        stored.replace(at, 1, kReplacement);
    return stored;
}

void ArrayWords::separate() {
    if (words_.size() > 1) words_ += ',';
}

void ArrayWords::add(std::int64_t value) {
    separate();
    fmt::format_to(std::back_inserter(words_), "{}", value);
}

void ArrayWords::add(std::optional<std::int64_t> value) {
    if (value)
        add(*value);
    else
        add_nothing();
}

void ArrayWords::add_nothing() {
    separate();
    words_ += "NULL";
}

void ArrayWords::add_text(std::string_view text) {
    separate();
    words_ += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') words_ += '\\';
        words_ += c;
    }
    words_ += '"';
}

std::string_view ArrayWords::text() {
    words_ += '}';
    return words_;
}

void ArrayWords::clear() {
    words_ = "{";
}

}  // namespace waymark::tracker
