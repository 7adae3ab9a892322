// Frames that a case makes up by the thousand: their headers are chosen, with lengths on both sides
// of each bound, and the bytes follow from them. So what is right is known without reading a byte.

#pragma once

#include <random>
#include <string>
#include <vector>

#include "reading_seen.hh"

namespace waymark::course::check {

using Random = std::mt19937;

inline std::size_t one_of(Random& random, std::initializer_list<std::size_t> choices) {
    return *(choices.begin() + static_cast<std::ptrdiff_t>(random() % choices.size()));
}

// A frame, or the beginning of one, and what is in it.
struct Made {
    std::vector<std::uint8_t> bytes;
    std::string words;  // "total length 24"

    // `size` bytes of a number, the first one worth most.
    void add(std::uint64_t number, int size) {
        while (size-- > 0) bytes.push_back(static_cast<std::uint8_t>(number >> 8 * size));
    }
    void add_any(Random& random, std::size_t size) {
        while (size-- > 0) bytes.push_back(static_cast<std::uint8_t>(random()));
    }
    // Keeps the beginning; at times all of it.
    void cut(Random& random, std::size_t near) {
        const std::size_t size =
            one_of(random, {bytes.size(), bytes.size(), near - 1, near, near + 1, random() % 80});
        if (size < bytes.size()) bytes.resize(size);
        say("bytes there", bytes.size());
    }
    void say(const char* what, std::size_t number) {
        words += (words.empty() ? "" : ", ") + std::string(what) + " " + std::to_string(number);
    }
};

// A part of the bytes: "8 bytes from byte 20 on".
inline std::string part(std::size_t from, std::size_t to) {
    if (from >= to) return "nothing";
    return std::to_string(to - from) + " bytes from byte " + std::to_string(from) + " on";
}
inline std::string part(Bytes bytes, Bytes whole) {
    const auto from = static_cast<std::size_t>(bytes.data() - whole.data());
    return bytes.empty() ? "nothing" : part(from, from + bytes.size());
}

// What is right: the fault, and the part that is the payload.
struct Right {
    bool has_header = true;
    Fault fault = Fault::none;
    std::string payload = "nothing";
    std::string options = "nothing";
};

template <class Header>
void expect_part(const Kept<Header>& seen, Bytes bytes, const std::string& expected,
                 const std::string& what, const Causes& causes) {
    expect_equal(part(bytes, seen.bytes), expected, what, causes);
}

// Whether there is a header, and if not, that there is nothing else and the right reason.
template <class Header>
bool expect_header(const Kept<Header>& seen, const Right& right, const std::string& of) {
    expect_equal(seen.header.has_value(), right.has_header, "a header" + of,
                 {kAllOrNothing, kPastEnd});
    if (right.has_header) return true;
    expect_fault(seen, right.fault, kReason);
    return false;
}

// Nothing is given behind a length that is refused, or where there are too many; that is its own
// mistake. Else the causes that are given.
template <class Header>
void expect_rest(const Kept<Header>& seen, const Right& right, const std::string& of,
                 const Causes& fault, const Causes& payload) {
    expect_equal(std::string(net::to_string(seen.fault)), std::string(net::to_string(right.fault)),
                 "the fault" + of, fault);
    const bool refused = right.fault == Fault::bad_length || right.fault == Fault::too_many;
    expect_part(seen, seen.payload, right.payload, "the payload" + of,
                refused ? Causes(kBehindFault) : payload);
}

}  // namespace waymark::course::check
