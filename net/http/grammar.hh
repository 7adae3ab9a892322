// Which bytes may stand where in HTTP/1.1, as tables of 256 answers: one load a byte, and no
// locale. The library's isalnum() and its kin ask the locale and take bytes above 7F for letters in
// some; servers have been opened by that.

#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace waymark::net::http {

class ByteSet {
  public:
    constexpr ByteSet() = default;
    constexpr ByteSet with(std::string_view bytes) const {
        ByteSet result = *this;
        for (const char byte : bytes) result.member_[static_cast<unsigned char>(byte)] = true;
        return result;
    }
    constexpr ByteSet without(std::string_view bytes) const {
        ByteSet result = *this;
        for (const char byte : bytes) result.member_[static_cast<unsigned char>(byte)] = false;
        return result;
    }
    // Both ends belong to it.
    constexpr ByteSet with_range(unsigned first, unsigned last) const {
        ByteSet result = *this;
        for (unsigned byte = first; byte <= last; ++byte) result.member_[byte] = true;
        return result;
    }
    constexpr bool has(char byte) const { return member_[static_cast<unsigned char>(byte)]; }
    constexpr bool has_all(std::string_view bytes) const {
        for (const char byte : bytes)
            if (!has(byte)) return false;
        return true;
    }

  private:
    std::array<bool, 256> member_{};
};

inline constexpr ByteSet kDigits = ByteSet().with_range('0', '9');
inline constexpr ByteSet kAlphanumerics = kDigits.with_range('a', 'z').with_range('A', 'Z');

// tchar: methods and field names (RFC 9110, 5.6.2).
inline constexpr ByteSet kTokenBytes = kAlphanumerics.with("!#$%&'*+-.^_`|~");

// field-vchar, SP and HTAB (RFC 9110, 5.5): no control byte, so neither NUL nor a bare CR.
inline constexpr ByteSet kFieldValueBytes =
    ByteSet().with_range(0x20, 0x7E).with_range(0x80, 0xFF).with("\t");

// What may be in a request-target. RFC 3986 allows less, but browsers send a few bytes more as they
// are (URL Standard, 1.3, the percent-encode sets), so those pass. A space, a quote, '#', '<', '>'
// and whatever is no printable ASCII never do.
inline constexpr ByteSet kTargetBytes = ByteSet().with_range(0x21, 0x7E).without("\"#<>");

// unreserved and sub-delims: a registered name in a URI's authority (RFC 3986, 3.2.2).
inline constexpr ByteSet kRegisteredNameBytes = kAlphanumerics.with("-._~!$&'()*+,;=");

// The value of a hexadecimal digit; -1 for any other byte.
constexpr int hexadecimal_value(char byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    return -1;
}

// White space that may surround a field's value or a list's members: SP and HTAB and no other
// (RFC 9110, 5.6.3). Stripping A0, 85 or VT as well is how a hidden length slips past a proxy.
constexpr std::string_view trim_blanks(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace waymark::net::http
