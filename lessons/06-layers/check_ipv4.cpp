// IPv4: fields that share bytes, options, and two lengths that the sender made up.

#include <doctest/doctest.h>

#include "reading_seen.hh"

using namespace waymark::net;
using namespace waymark::course::check;

namespace {

// 20 bytes of header; the total length says that 8 bytes follow.
const std::string kHeader = "45 b9 001c 1234 4000 3f 11 abcd c0000201 c63364ff ";

// The header with another first byte and another total length.
std::string header(const char* first, const char* total) {
    return with(with(kHeader, "45", first), "001c", total);
}

// Of kHeader: those behind the two lengths.
void expect_last_fields(const Ipv4Header& header) {
    expect_equal(header.dont_fragment, true, "don't fragment", kLeftOut);
    expect_equal(int{header.protocol}, 17, "the protocol", kLeftOut);
    expect_equal(hex(header.source), "c0 00 02 01", "the source", kLeftOut);
    expect_equal(hex(header.destination), "c6 33 64 ff", "the destination", kLeftOut);
}

}  // namespace

TEST_CASE("an IPv4 header has its fields") {
    step("read a packet without options");
    const auto reading = read_with(read_ipv4, Test(kHeader + kEight));
    const Ipv4Header seen = header_of(reading, kAllOrNothing);
    expect_equal(int{seen.header_bytes}, 20, "the bytes of the header", {kUnits, kNeighbours});
    expect_equal(int{seen.traffic_class}, 0xb9, "the traffic class", kFields);
    expect_equal(seen.total_bytes, 28, "the total length", {kFields, kHostOrder});
    expect_equal(int{seen.time_to_live}, 63, "the time to live", kFields);
    expect_equal(int{seen.protocol}, 17, "the protocol", kFields);
    expect_equal(hex(seen.source), "c0 00 02 01", "the source", kFields);
    expect_equal(hex(seen.destination), "c6 33 64 ff", "the destination", kFields);
    expect_equal(hex(seen.options), "nothing", "the options", kIhl);
    expect_payload(reading, kEight, kIhl);
    expect_fault(reading, Fault::none, kReason);
}

TEST_CASE("the IHL says where the payload begins") {
    step("read a packet with four bytes of options and eight of payload");
    const auto reading = read_with(read_ipv4, Test(header("46", "0020") + "01020300" + kEight));
    expect_payload(reading, kEight, {kIhl, kUnits});
    expect_equal(int{header_of(reading, kIhl).header_bytes}, 24, "the bytes of the header", kUnits);
    expect_equal(hex(reading.header->options), "01 02 03 00", "the options", kIhl);
    step("read one with the longest header, 60 bytes");
    const std::string options(80, '1');
    const auto longest = read_with(read_ipv4, Test(header("4f", "0044") + options + kEight));
    expect_payload(longest, kEight, {kUnits, kNeighbours});
}

TEST_CASE("behind the total length is padding") {
    step("read a packet of 28 bytes, and 18 bytes of padding behind it");
    const std::string padding(36, '0');
    const auto reading = read_with(read_ipv4, Test(kHeader + kEight + padding));
    expect_payload(reading, kEight, kPadding);
    expect_fault(reading, Fault::none, kReason);
    step("read a packet that is a header and nothing else, with padding");
    const auto empty = read_with(read_ipv4, Test(header("45", "0014") + padding));
    expect_payload(empty, "", kPadding);
    expect_fault(empty, Fault::none, kReason);
    step(
        "read a packet of 28 bytes, and padding behind it up to 65546, as in a buffer of fixed "
        "size");
    const std::string buffer(2 * (65546 - 28), '0');
    const auto in_buffer = read_with(read_ipv4, Test(kHeader + kEight + buffer));
    expect_fault(in_buffer, Fault::none, kSmallNumber);
    expect_payload(in_buffer, kEight, kSmallNumber);
    step("read the same without padding: 20 bytes");
    const auto bare = read_with(read_ipv4, Test(header("45", "0014")));
    header_of(bare, kJustEnough);
    expect_fault(bare, Fault::none, kJustEnough);
}

TEST_CASE("a total length beyond the end is cut") {
    step("read a packet that says 65535 bytes, and has eight behind its header");
    const auto reading = read_with(read_ipv4, Test(header("45", "ffff") + kEight));
    expect_equal(header_of(reading, kAllOrNothing).total_bytes, 65535, "the total length",
                 kMadeToFit);
    expect_cut_payload(reading, kEight);
    expect_fault(reading, Fault::cut, {kTrusted, kReason});
    step("read one of which the header alone was captured");
    const auto alone = read_with(read_ipv4, Test(kHeader));
    header_of(alone, kAllOrNothing);
    expect_fault(alone, Fault::cut, {kTrusted, kReason});
    step("read one that was cut in its options");
    const auto options = read_with(read_ipv4, Test(header("46", "0020") + "0102"));
    expect_equal(hex(header_of(options, kAllOrNothing).options), "01 02",
                 "the options, as far as they are there", {kPastEnd, kAllOrNothing});
    expect_payload(options, "", kPastEnd);
    expect_fault(options, Fault::cut, kReason);
}

TEST_CASE("lengths below the header are refused") {
    for (const char* first : {"44", "40"}) {
        step(std::string("read a packet whose IHL is ") + first[1] + ", less than the header");
        const auto reading = read_with(read_ipv4, Test(header(first, "001c") + kEight), kTooSmall);
        expect_last_fields(header_of(reading, kAllOrNothing));
        expect_fault(reading, Fault::bad_length, {kTooSmall, kReason});
        expect_payload(reading, "", kBehindFault);
        expect_equal(hex(reading.header->options), "nothing", "the options", kBehindFault);
    }
    step("read one whose IHL is 4, and of which most was not captured");
    const auto cut = read_with(read_ipv4, Test(header("44", "ffff") + kEight), kTooSmall);
    header_of(cut, kAllOrNothing);
    expect_payload(cut, "", kBehindFault);
    expect_fault(cut, Fault::bad_length, kReason);
    for (const char* total : {"0013", "0000"}) {
        step(std::string("read one whose total length is ") + total + ", less than its header");
        const auto reading = read_with(read_ipv4, Test(header("45", total) + kEight), kTooSmall);
        expect_last_fields(header_of(reading, kAllOrNothing));
        expect_fault(reading, Fault::bad_length, below_header(total, reading));
        expect_payload(reading, "", kBehindFault);
        expect_equal(hex(reading.header->options), "nothing", "the options", kBehindFault);
    }
    step("read one of 22 bytes whose header has 24");
    const auto between = read_with(read_ipv4, Test(header("46", "0016") + "01020300" + kEight));
    expect_fault(between, Fault::bad_length, {kTooSmall, kIhl});
    expect_payload(between, "", kBehindFault);
    expect_equal(hex(header_of(between, kAllOrNothing).options), "nothing", "the options",
                 kBehindFault);
}

TEST_CASE("a packet of another version is none") {
    step("read a packet of version 6");
    expect_no_header(read_with(read_ipv4, Test(header("65", "001c") + kEight)), Fault::bad_version,
                     kVersion);
    step("read one of version 5, of which one byte is there");
    expect_no_header(read_with(read_ipv4, Test("55")), Fault::bad_version, {kVersion, kReason});
    step("read 19 bytes of version 4");
    expect_no_header(read_with(read_ipv4, Test(kHeader).first(19)), Fault::cut, kPastEnd);
    step("read nothing");
    expect_no_header(read_with(read_ipv4, Test("")), Fault::cut, kPastEnd);
}

TEST_CASE("three flags and an offset share two bytes") {
    struct Row {
        const char* field;
        bool dont_fragment, more;
        int offset;
    };
    for (const Row& row : {Row{"4000", true, false, 0}, Row{"2000", false, true, 0},
                           Row{"2001", false, true, 8}, Row{"00b9", false, false, 1480},
                           Row{"1fff", false, false, 65528}, Row{"8000", false, false, 0}}) {
        step(std::string("read a packet whose flags and offset are ") + row.field);
        const auto reading = read_with(read_ipv4, Test(with(kHeader, "4000", row.field) + kEight));
        const Ipv4Header seen = header_of(reading, kAllOrNothing);
        expect_equal(seen.dont_fragment, row.dont_fragment, "don't fragment", kNeighbours);
        expect_equal(seen.fragment.more, row.more, "more fragments", kNeighbours);
        expect(seen.fragment.offset == row.offset, "the offset, in bytes",
               std::to_string(row.offset), std::to_string(seen.fragment.offset),
               seen.fragment.offset * 8 == row.offset ? Causes(kUnits) : Causes(kNeighbours));
        expect_equal(seen.fragment.identification, 0x1234U, "the identification", kFields);
    }
}
