// A slow and obvious model of a rule: bit after bit. A sweep asks the list and the model about many
// peers. With it go the models of known mistakes: one that agrees with all that the list said is
// what is wrong with it.

#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "seen.hh"

namespace waymark::course::check {

using Bytes = std::vector<std::uint8_t>;  // 4 or 16 of them

inline bool bit_of(const Bytes& bytes, unsigned number) {
    return (bytes[number / 8] >> (7 - number % 8) & 1) != 0;
}

inline void set_bit(Bytes& bytes, unsigned number, bool value) {
    const auto bit = static_cast<std::uint8_t>(0x80 >> number % 8);
    bytes[number / 8] =
        static_cast<std::uint8_t>(value ? bytes[number / 8] | bit : bytes[number / 8] & ~bit);
}

inline bool same_bits(const Bytes& one, const Bytes& other, unsigned count) {
    for (unsigned number = 0; number < count; ++number)
        if (bit_of(one, number) != bit_of(other, number)) return false;
    return true;
}

// With every bit from `from` on set to `value`: the first and the last address of a network.
inline Bytes filled(Bytes bytes, unsigned from, bool value) {
    for (unsigned number = from; number < bytes.size() * 8; ++number) set_bit(bytes, number, value);
    return bytes;
}

// The address behind this one or before it; from the last one to the first.
inline Bytes neighbour(Bytes bytes, bool behind) {
    for (std::size_t at = bytes.size(); at-- > 0;) {
        bytes[at] = static_cast<std::uint8_t>(bytes[at] + (behind ? 1 : -1));
        if (bytes[at] != (behind ? 0 : 255)) break;
    }
    return bytes;
}

inline Bytes backwards_by(Bytes bytes, std::size_t group) {
    for (std::size_t at = 0; at + group <= bytes.size(); at += group)
        std::reverse(bytes.begin() + static_cast<long>(at),
                     bytes.begin() + static_cast<long>(at + group));
    return bytes;
}

// Whether the network matches the peer, as one who is mistaken sees it.
struct Mistake {
    Advice advice;
    std::function<bool(const Bytes& network, unsigned bits, const Bytes& peer)> matches;
    bool possible = true;
};

inline std::vector<Mistake> known_mistakes() {
    const auto with_bits = [](auto change) {
        return [change](const Bytes& network, unsigned bits, const Bytes& peer) {
            const auto most = static_cast<unsigned>(network.size() * 8);
            return same_bits(network, peer, std::min(change(bits, most), most));
        };
    };
    const auto in_order = [](std::size_t group) {
        return [group](const Bytes& network, unsigned bits, const Bytes& peer) {
            const std::size_t size = std::min(group, network.size());
            return same_bits(backwards_by(network, size), backwards_by(peer, size), bits);
        };
    };
    const auto from_below = [](const Bytes& network, unsigned bits, const Bytes& peer) {
        if (!same_bits(network, peer, bits / 8 * 8)) return false;
        for (unsigned number = 8 - bits % 8; bits % 8 != 0 && number < 8; ++number)
            if (bit_of(network, bits / 8 * 8 + number) != bit_of(peer, bits / 8 * 8 + number))
                return false;
        return true;
    };
    const auto the_others = [](const Bytes& network, unsigned bits, const Bytes& peer) {
        for (unsigned number = bits; number < network.size() * 8; ++number)
            if (bit_of(network, number) != bit_of(peer, number)) return false;
        return true;
    };
    const auto nobody_by_no_bits = [](const Bytes& network, unsigned bits, const Bytes& peer) {
        return bits != 0 && same_bits(network, peer, bits);
    };
    return {
        {kWholeBytes, with_bits([](unsigned bits, unsigned) { return bits / 8 * 8; })},
        {kWholeBytes, with_bits([](unsigned bits, unsigned) { return (bits + 7) / 8 * 8; })},
        {kWrongEnd, from_below},
        {kWrongEnd, the_others},
        {kOffByOne, with_bits([](unsigned bits, unsigned) { return bits + 1; })},
        {kOffByOne, with_bits([](unsigned bits, unsigned) { return bits == 0 ? 0 : bits - 1; })},
        {kShift, with_bits([](unsigned bits, unsigned most) { return bits == 0 ? most : bits; })},
        {kShift, with_bits([](unsigned bits, unsigned most) { return bits == most ? 0 : bits; })},
        {kNoBits, nobody_by_no_bits},
        {kLongMask, with_bits([](unsigned bits, unsigned) { return std::min(bits, 32U); })},
        {kLongMask, with_bits([](unsigned bits, unsigned) { return std::min(bits, 64U); })},
        {kWrongEnd, in_order(4)},
        {kWrongEnd, in_order(8)},
        {kWrongEnd, in_order(16)},
    };
}

// Asks one network about many peers. What is wrong is said at the end, with all that was seen.
class Sweep {
  public:
    // `start` has bits behind the mask, too; they are cleared for the rule.
    void ask(const Bytes& start, unsigned bits);
    void expect_all_right() const;

  private:
    void compare(const AccessList& list, const Bytes& network, unsigned bits, const Bytes& peer);

    std::vector<Mistake> mistakes_ = known_mistakes();
    std::string rule_, peer_;  // of the first difference
    bool expected_ = false;
    bool long_mask_ = false;  // it goes beyond what an IPv4 address has
};

inline void Sweep::ask(const Bytes& start, unsigned bits) {
    const Bytes first = filled(start, bits, false);
    const Bytes last = filled(start, bits, true);
    const std::string network =
        Address::from_ip_bytes(first).host_text() + "/" + std::to_string(bits);
    const AccessList list = list_of("allow " + network + "\n", Access::deny,
                                    bits % 8 == 0 ? Causes{kTooStrict} : Causes{kWholeBytes});
    for (const Bytes& peer : {first, last, start, neighbour(first, false), neighbour(last, true)})
        compare(list, first, bits, peer);
    for (unsigned number = 0; number < first.size() * 8; ++number) {
        Bytes peer = start;
        set_bit(peer, number, !bit_of(peer, number));
        compare(list, first, bits, peer);
    }
}

inline void Sweep::compare(const AccessList& list, const Bytes& network, unsigned bits,
                           const Bytes& peer) {
    const Address address = Address::from_ip_bytes(peer);
    // ::ffff:0:0/96 is IPv4, and has a case of its own.
    if (address.unmapped().family() != address.family()) return;
    const bool seen = list.allows(address);
    const bool expected = same_bits(network, peer, bits);
    for (Mistake& mistake : mistakes_)
        mistake.possible = mistake.possible && mistake.matches(network, bits, peer) == seen;
    if (seen == expected || !rule_.empty()) return;
    rule_ = Address::from_ip_bytes(network).host_text() + "/" + std::to_string(bits);
    peer_ = address.host_text();
    expected_ = expected;
    long_mask_ = bits > 32;
}

inline void Sweep::expect_all_right() const {
    if (rule_.empty()) return;
    const std::string what = "whether \"allow " + rule_ + "\" matches " + peer_;
    const char* const words[] = {"no", "yes"};
    for (const Mistake& mistake : mistakes_)
        if (mistake.possible) fail(what, words[expected_], words[!expected_], mistake.advice);
    if (long_mask_) fail(what, words[expected_], words[!expected_], {kLongMask, kOffByOne, kShift});
    fail(what, words[expected_], words[!expected_], {kWholeBytes, kOffByOne, kWrongEnd, kShift});
}

}  // namespace waymark::course::check
