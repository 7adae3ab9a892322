// What a learner's reader gave, held against what it should be.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "advice.hh"
#include "net/frame.hh"
#include "net/frame_under_test.hh"

namespace waymark::course::check {

using net::Bytes;
using net::Fault;
using net::Reading;
using Test = net::FrameUnderTest;  // bytes in memory of exactly their size

inline const std::string kMacs = "020000000002 020000000001 ";
inline const std::string kUdpHeader = "9c40 0035 0010 abcd ";
inline const std::string kEight = "a1a2a3a4a5a6a7a8 ";  // a payload

// "a1 a2", or "nothing".
inline std::string hex(Bytes bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes.first(bytes.size() < 40 ? bytes.size() : 40)) {
        if (!text.empty()) text += ' ';
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    if (bytes.size() > 40) text += " ... (" + std::to_string(bytes.size()) + " bytes)";
    return text.empty() ? "nothing" : text;
}

// Changes the first place where `from` stands.
inline std::string with(std::string text, std::string_view from, std::string_view to) {
    return text.replace(text.find(from), from.size(), to);
}

// With the bytes that the reading points into.
template <class Header>
struct Kept : Reading<Header> {
    Test bytes;
};

// Calls the reader. What it throws is a mistake, and so is a payload from elsewhere.
template <class Header>
Kept<Header> read_one_of_many(Reading<Header> (*reader)(Bytes), Test bytes) {
    Kept<Header> kept{{}, std::move(bytes)};
    const Bytes given = kept.bytes;
    Reading<Header>& reading = kept;
    bool thrown = false;
    try {
        reading = reader(given);
    } catch (...) {
        thrown = true;
    }
    expect(!thrown, "reading these bytes", "gives a value", "throws", kThrows);
    if (reading.payload.empty()) return kept;
    const std::uint8_t* const begin = reading.payload.data();
    const std::uint8_t* const end = given.data() + given.size();
    // Behind the end it may be either: a header that was believed to be longer, or a neighbour.
    expect(begin >= given.data() && begin <= end, "the payload",
           "a part of the bytes that were given", begin > end ? "behind their end" : "other memory",
           begin > end ? Causes{kPastEnd, kCopy} : Causes{kCopy});
    const std::size_t left = given.size() - static_cast<std::size_t>(begin - given.data());
    expect(reading.payload.size() <= left, "the end of the payload",
           "within the bytes that were given",
           std::to_string(reading.payload.size()) + " bytes, of which " + std::to_string(left) +
               " are there",
           reading.payload.size() > SIZE_MAX / 2 ? kTooSmall : kTrusted);
    return kept;
}

// By what a sanitizer reports, or the standard library says of a span: an index that is not there,
// more bytes than there are, a part that begins behind the end. To be said once a step, not a
// thousand times.
inline void say_what_a_crash_means(const Advice& begins_behind = kPastEnd) {
    if_it_crashes(kPastEnd, "overflow");
    if_it_crashes(kPastEnd, "__idx < size()");
    if_it_crashes(kTrusted, "__count <= size()");
    if_it_crashes(begins_behind, "__offset <= size()");
}

// Reads, with what a crash means said first.
template <class Header>
Kept<Header> read_with(Reading<Header> (*reader)(Bytes), Test bytes,
                       const Advice& begins_behind = kPastEnd) {
    say_what_a_crash_means(begins_behind);
    return read_one_of_many(reader, std::move(bytes));
}

template <class Header>
const Header& header_of(const Reading<Header>& reading, const Causes& causes) {
    expect(reading.header.has_value(), "the header", "there", "not there", causes);
    return *reading.header;
}

template <class Header>
void expect_no_header(const Reading<Header>& reading, Fault why, const Causes& causes) {
    expect(!reading.header.has_value(), "the header", "none", "there is one", causes);
    expect(reading.fault == why, "the fault", net::to_string(why), net::to_string(reading.fault),
           causes);
}

template <class Header>
void expect_payload(const Reading<Header>& reading, std::string_view expected,
                    const Causes& causes) {
    expect_equal(hex(reading.payload), hex(Test(expected)), "the payload", causes);
}

// Of a packet that was cut: what is there, and not more.
template <class Header>
void expect_cut_payload(const Reading<Header>& reading, std::string_view expected) {
    expect_payload(reading, expected, reading.payload.empty() ? kAllOrNothing : kTrusted);
}

// What it means that a length below its header is told otherwise than as bad.
template <class Header>
Causes below_header(std::string_view length, const Reading<Header>& reading) {
    const bool takes_all = length == "0000" && !reading.payload.empty();
    return takes_all ? Causes(kZeroLength) : Causes{kTooSmall, kReason};
}

template <class Header>
void expect_fault(const Reading<Header>& reading, Fault expected, const Causes& causes) {
    expect_equal(std::string(net::to_string(reading.fault)), std::string(net::to_string(expected)),
                 "the fault", causes);
}

}  // namespace waymark::course::check
