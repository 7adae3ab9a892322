#include "protocols/mended_json.hh"

#include <fmt/core.h>

#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "net/http/grammar.hh"
#include "protocols/extras.hh"

namespace waymark::tracker {
namespace {

constexpr std::string_view kNoLetter = "\\ufffd";
constexpr net::http::ByteSet kWordBytes = net::http::kAlphanumerics.with("+-.");

class JsonMender {
  public:
    explicit JsonMender(std::string_view text) : rest_(text) {}

    std::string mend() {
        while (!rest_.empty()) {
            if (rest_.front() == '"')
                mend_string();
            else if (kWordBytes.has(rest_.front()))
                mend_word();
            else
                copy(1);
        }
        return std::move(out_);
    }

  private:
    // As much as there is.
    void copy(std::size_t count) {
        const std::string_view copied = rest_.substr(0, count);
        out_ += copied;
        rest_.remove_prefix(copied.size());
    }

    void mend_word() {
        std::size_t size = 0;
        while (size < rest_.size() && kWordBytes.has(rest_[size])) ++size;
        const std::string_view word = rest_.substr(0, size);
        const bool is_value = nlohmann::json::accept(word);
        if (!is_value) out_ += '"';
        copy(size);
        if (!is_value) out_ += '"';
    }

    void mend_string() {
        const std::size_t begin = out_.size();
        copy(1);
        while (!rest_.empty() && rest_.front() != '"') {
            if (rest_.front() == '\\')
                mend_escape();
            else if (static_cast<unsigned char>(rest_.front()) < 0x20)
                mend_control();
            else
                copy(1);
        }
        copy(1);  // the quote, if it was not cut off
        if (is_utf8(std::string_view(out_).substr(begin))) return;
        std::string letters;
        append_as_utf8(letters, std::string_view(out_).substr(begin));
        out_.replace(begin, std::string::npos, letters);
    }

    void mend_control() {
        fmt::format_to(std::back_inserter(out_), "\\u{:04x}", static_cast<int>(rest_.front()));
        rest_.remove_prefix(1);
    }

    void mend_escape() {
        constexpr std::string_view kShort = "\"\\/bfnrt";
        const std::optional<unsigned> unit = unit_at(0);
        const bool is_high = unit && *unit >= 0xD800 && *unit < 0xDC00;
        const bool is_low = unit && *unit >= 0xDC00 && *unit < 0xE000;
        const std::optional<unsigned> next = unit_at(kEscape);
        if (is_high && next && *next >= 0xDC00 && *next < 0xE000) return copy(2 * kEscape);
        if (unit && !is_high && !is_low) return copy(kEscape);
        if (!unit && rest_.size() > 1 && kShort.find(rest_[1]) != kShort.npos) return copy(2);
        out_ += kNoLetter;
        rest_.remove_prefix(unit ? kEscape : 1);
    }

    // What "\u" and four digits at `offset` say.
    std::optional<unsigned> unit_at(std::size_t offset) const {
        if (rest_.size() < offset + kEscape) return {};
        const std::string_view escape = rest_.substr(offset, kEscape);
        if (!escape.starts_with("\\u")) return {};
        unsigned unit = 0;
        const char* const end = escape.data() + kEscape;
        const auto [stop, error] = std::from_chars(escape.data() + 2, end, unit, 16);
        if (error != std::errc() || stop != end) return {};
        return unit;
    }

    static constexpr std::size_t kEscape = 6;

    std::string_view rest_;
    std::string out_;
};

}  // namespace

std::string mended_json(std::string_view text) {
    return JsonMender(text).mend();
}

}  // namespace waymark::tracker
