#include "trips/utf16.hh"

#include <cstddef>

namespace waymark::tracker {
namespace {

enum class ByteOrder { little, big };

std::optional<ByteOrder> order_of(std::string_view bytes) {
    if (bytes.size() < 2) return {};
    if (bytes.starts_with("\xFF\xFE") || (bytes[0] != 0 && bytes[1] == 0)) return ByteOrder::little;
    if (bytes.starts_with("\xFE\xFF") || (bytes[0] == 0 && bytes[1] != 0)) return ByteOrder::big;
    return {};
}

// RFC 3629, 3.
void append_utf8(std::string& out, char32_t letter) {
    const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
    if (letter < 0x80) return put(letter);
    if (letter < 0x800) {
        put(0xC0 | letter >> 6);
    } else {
        if (letter < 0x10000) {
            put(0xE0 | letter >> 12);
        } else {
            put(0xF0 | letter >> 18);
            put(0x80 | (letter >> 12 & 0x3F));
        }
        put(0x80 | (letter >> 6 & 0x3F));
    }
    put(0x80 | (letter & 0x3F));
}

class Units {
  public:
    Units(std::string_view bytes, ByteOrder order) : bytes_(bytes), order_(order) {}

    std::size_t size() const { return bytes_.size() / 2; }
    char32_t at(std::size_t i) const {
        const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(bytes_[k]); };
        const unsigned first = byte(2 * i);
        const unsigned second = byte(2 * i + 1);
        return order_ == ByteOrder::little ? second << 8 | first : first << 8 | second;
    }

  private:
    std::string_view bytes_;
    ByteOrder order_;
};

}  // namespace

std::optional<std::string> utf8_of_utf16(std::string_view bytes) {
    const std::optional<ByteOrder> order = order_of(bytes);
    if (!order) return {};
    const Units units(bytes, *order);
    const auto is_low = [&](std::size_t i) {
        return i < units.size() && units.at(i) >= 0xDC00 && units.at(i) < 0xE000;
    };
    std::string text;
    for (std::size_t i = units.at(0) == 0xFEFF ? 1 : 0; i < units.size(); ++i) {
        const char32_t unit = units.at(i);
        if (unit >= 0xD800 && unit < 0xDC00 && is_low(i + 1))
            append_utf8(text, 0x10000 + ((unit - 0xD800) << 10) + (units.at(++i) - 0xDC00));
        else
            append_utf8(text, unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit);
    }
    return text;
}

}  // namespace waymark::tracker
