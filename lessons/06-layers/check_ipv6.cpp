// IPv6: a short header, and a chain of others behind it, each with its own idea of a length.

#include <doctest/doctest.h>

#include "reading_seen.hh"

using namespace waymark::net;
using namespace waymark::course::check;

namespace {

const std::string kAddresses = "20010db8000000000000000000000001 fe8000000000000000000000000000ff ";

// An IPv6 header; `length` and `next` as hexadecimal digits.
std::string ipv6_header(const std::string& length, const std::string& next) {
    return "6 b9 abcde " + length + next + "3f" + kAddresses;
}

// The numbers of the extension headers that were read.
std::string chain(const Ipv6Header& header) {
    std::string text;
    for (const std::uint8_t number : header.extensions)
        text += (text.empty() ? "" : " ") + std::to_string(number);
    return text.empty() ? "none" : text;
}

void expect_protocol(const Reading<Ipv6Header>& reading, int expected, const Causes& causes) {
    expect_equal(int{header_of(reading, causes).protocol}, expected, "the protocol", causes);
}

// Whoever gave a fault and no payload has seen that the extension header does not end.
Causes used_all_the_same(const Reading<Ipv6Header>& reading, const Causes& otherwise) {
    const bool is_refused = reading.fault != Fault::none && reading.payload.empty();
    return is_refused ? Causes(kBehindFault) : otherwise;
}

}  // namespace

TEST_CASE("an IPv6 header has its fields") {
    step("read a packet of UDP with eight bytes");
    const auto reading = read_with(read_ipv6, Test(ipv6_header("0008", "11") + kEight));
    const Ipv6Header seen = header_of(reading, kAllOrNothing);
    expect_equal(int{seen.traffic_class}, 0xb9, "the traffic class", kNeighbours);
    expect_equal(seen.flow_label, 0xabcdeU, "the flow label", kNeighbours);
    expect_equal(seen.payload_bytes, 8, "the payload length", {kFields, kHostOrder});
    expect_equal(int{seen.hop_limit}, 63, "the hop limit", kFields);
    expect_equal(hex(seen.source), hex(Test(kAddresses.substr(0, 32))), "the source", kFields);
    expect_equal(hex(seen.destination), hex(Test(kAddresses.substr(33))), "the destination",
                 kFields);
    expect_equal(chain(seen), "none", "extension headers", kStops);
    expect(!seen.fragment, "information about a fragment", "none", "there is some", kStops);
    expect_protocol(reading, 17, kFields);
    expect_payload(reading, kEight,
                   reading.payload.empty() ? Causes{kCountsHeader, kFields} : Causes(kFields));
    expect_fault(reading, Fault::none, kReason);
    step("read one of 40 bytes: nothing is behind the header");
    const auto bare = read_with(read_ipv6, Test(ipv6_header("0000", "11")));
    header_of(bare, kJustEnough);
    expect_fault(bare, Fault::none, kJustEnough);
}

TEST_CASE("the payload length bounds an IPv6 packet") {
    step("read a packet whose payload length is 3, with eight bytes behind the header");
    const auto padded = read_with(read_ipv6, Test(ipv6_header("0003", "11") + kEight));
    expect_payload(padded, "a1a2a3", kPadding);
    expect_fault(padded, Fault::none, kReason);
    step("read one whose payload length is 65535");
    const auto cut = read_with(read_ipv6, Test(ipv6_header("ffff", "11") + kEight));
    expect_equal(header_of(cut, kAllOrNothing).payload_bytes, 65535, "the payload length",
                 kMadeToFit);
    expect_cut_payload(cut, kEight);
    expect_fault(cut, Fault::cut, {kTrusted, kReason});
}

TEST_CASE("an IPv6 packet of another version or without a whole header is none") {
    step("read a packet of version 4");
    expect_no_header(
        read_with(read_ipv6, Test(with(ipv6_header("0008", "11"), "6 b9", "4 b9") + kEight)),
        Fault::bad_version, kVersion);
    step("read one of version 4, of which one byte is there");
    expect_no_header(read_with(read_ipv6, Test("45")), Fault::bad_version, {kVersion, kReason});
    step("read 39 bytes of version 6");
    expect_no_header(read_with(read_ipv6, Test(ipv6_header("0008", "11")).first(39)), Fault::cut,
                     kPastEnd);
    step("read nothing");
    expect_no_header(read_with(read_ipv6, Test("")), Fault::cut, kPastEnd);
}

TEST_CASE("the next header may be an extension header") {
    step("read a packet of UDP with hop-by-hop options in front");
    const auto reading =
        read_with(read_ipv6, Test(ipv6_header("0010", "00") + "1100 0104 00000000" + kEight));
    expect_protocol(reading, 17, kNextHeader);
    expect_payload(reading, kEight, {kNextHeader, kUnits});
    expect_equal(chain(*reading.header), "0", "extension headers", kNextHeader);
    for (const char* number : {"2b", "3c", "87", "8b", "8c"}) {
        step(std::string("read one with the extension header 0x") + number);
        const auto other = read_with(
            read_ipv6,
            Test(ipv6_header("0018", number) + "0601 0000 00000000 0000000000000000" + kEight));
        expect_protocol(other, 6, kNextHeader);
        expect_payload(other, kEight, {kUnits, kNextHeader});
    }
}

TEST_CASE("each extension header counts in its own way") {
    step("read a packet with a fragment header, offset 0, whose second byte is 7");
    const auto fragment =
        read_with(read_ipv6, Test(ipv6_header("0010", "2c") + "1107 0001 89abcdef" + kEight));
    expect_protocol(fragment, 17, {kNextHeader, kExtensionLength});
    expect_payload(fragment, kEight, kExtensionLength);
    step("read one with an authentication header of 24 bytes");
    const std::string authentication = "1104 0000 00000001 00000001 " + std::string(24, '0');
    const auto signed_one =
        read_with(read_ipv6, Test(ipv6_header("0020", "33") + authentication + kEight));
    expect_protocol(signed_one, 17, {kNextHeader, kExtensionLength});
    expect_payload(signed_one, kEight, kExtensionLength);
    step("read one with the longest options, 2048 bytes");
    const auto longest = read_with(
        read_ipv6, Test(ipv6_header("0808", "3c") + "11ff" + std::string(2 * 2046, '0') + kEight));
    expect_protocol(longest, 17, kUnits);
    expect_payload(longest, kEight, kUnits);
}

TEST_CASE("extension headers stand one behind the other") {
    step("read a packet with hop-by-hop options, routing, destination options and TCP");
    const auto reading = read_with(
        read_ipv6, Test(ipv6_header("0028", "00") + "2b00 0104 00000000" +
                        "3c01 0000 00000000 0000000000000000" + "0600 0104 00000000" + kEight));
    expect_equal(chain(header_of(reading, kNextHeader)), "0 43 60", "extension headers",
                 {kNextHeader, kUnits});
    expect_protocol(reading, 6, kNextHeader);
    expect_payload(reading, kEight, kNextHeader);
}

TEST_CASE("the walk stops at what is no extension header") {
    for (const auto& [digits, number] :
         {std::pair{"32", 50}, {"3b", 59}, {"3a", 58}, {"fd", 253}, {"04", 4}}) {
        step(std::string("read a packet whose next header is ") + std::to_string(number));
        const auto reading =
            read_with(read_ipv6, Test(ipv6_header("0010", digits) + "1100 0104 00000000" + kEight));
        expect_protocol(reading, number, kStops);
        expect_payload(reading, "1100 0104 00000000" + kEight, kStops);
        expect_fault(reading, Fault::none, kReason);
    }
}

TEST_CASE("a fragment header says where its piece belongs") {
    step("read the first piece: offset 0, more follow");
    const auto first =
        read_with(read_ipv6, Test(ipv6_header("0010", "2c") + "1100 0001 89abcdef" + kEight));
    expect(header_of(first, kNextHeader).fragment.has_value(), "information about the fragment",
           "there", "none", kLeftOut);
    const FragmentInfo info = *first.header->fragment;
    expect_equal(info.identification, 0x89abcdefU, "the identification", kFields);
    expect_equal(info.offset, 0, "the offset", kNeighbours);
    expect_equal(info.more, true, "more fragments", kNeighbours);
    step("read a later one: offset 1448, the last, with the reserved bits set");
    const auto last =
        read_with(read_ipv6, Test(ipv6_header("0010", "2c") + "1100 05ae 89abcdef" + kEight));
    expect(header_of(last, kMiddle).fragment.has_value(), "information about the fragment", "there",
           "none", kMiddle);
    expect_equal(last.header->fragment->offset, 1448, "the offset, in bytes",
                 {kUnits, kNeighbours});
    expect_equal(last.header->fragment->more, false, "more fragments", kNeighbours);
}

TEST_CASE("behind the first piece there is no header") {
    step("read a piece with offset 8; what it carries looks like destination options");
    const std::string looks = "1100 0104 00000000 ";
    const auto reading = read_with(
        read_ipv6, Test(ipv6_header("0018", "2c") + "3c00 0008 89abcdef" + looks + kEight));
    expect_protocol(reading, 60, kMiddle);
    expect_payload(reading, looks + kEight, kMiddle);
    expect_equal(chain(*reading.header), "44", "extension headers", kMiddle);
    step("read a first piece: there the destination options are a header");
    const auto first = read_with(
        read_ipv6, Test(ipv6_header("0018", "2c") + "3c00 0001 89abcdef" + looks + kEight));
    expect_protocol(first, 17, kMiddle);
    expect_payload(first, kEight, kMiddle);
}

TEST_CASE("an extension header may be cut or longer than its packet") {
    step("read a packet of which the capture ends in its hop-by-hop options");
    const auto cut = read_with(read_ipv6, Test(ipv6_header("0010", "00") + "1100 0104"));
    expect_protocol(cut, 0, used_all_the_same(cut, {kPastEnd, kNextHeader}));
    expect_fault(cut, Fault::cut, kReason);
    expect_payload(cut, "", kBehindFault);
    step("read one of which it ends behind their first byte");
    const auto byte = read_with(read_ipv6, Test(ipv6_header("0010", "00") + "11"));
    expect_protocol(byte, 0, kPastEnd);
    expect_fault(byte, Fault::cut, kReason);
    step("read one whose options say 16 bytes; its payload length says 8, and 8 are padding");
    const auto longer =
        read_with(read_ipv6, Test(ipv6_header("0008", "00") + "1101 0104 00000000" + kEight));
    expect_protocol(longer, 0, used_all_the_same(longer, {kPadding, kTrusted}));
    expect_fault(longer, Fault::bad_length, {kReason, kPadding});
    expect_payload(longer, "", {kPadding, kBehindFault});
    expect_equal(chain(*longer.header), "none", "extension headers that were read", kBehindFault);
    for (const auto& [digits, number] : {std::pair{"3c", 60}, {"00", 0}}) {
        step("read one that has the extension header " + std::to_string(number) +
             " and a payload length of 0");
        const auto none =
            read_with(read_ipv6, Test(ipv6_header("0000", digits) + "1100 0104 00000000"));
        const bool reads_none = header_of(none, kAllOrNothing).extensions.empty();
        expect_protocol(none, number, used_all_the_same(none, reads_none ? kLeftOut : kZeroLength));
        expect_fault(none, Fault::bad_length,
                     none.fault == Fault::none ? (reads_none ? kNamed : kZeroLength) : kReason);
        expect_payload(none, "", kZeroLength);
    }
}

TEST_CASE("there are so many extension headers and no more") {
    std::string many;
    for (std::size_t i = 0; i < kMostExtensions; ++i) many += "3c00 0104 00000000 ";
    const std::string last = "1100 0104 00000000 ";
    step("read a packet with sixteen extension headers");
    const auto most =
        read_with(read_ipv6, Test(ipv6_header("0088", "3c") + many.substr(19) + last + kEight));
    expect_equal(header_of(most, kBound).extensions.size(), kMostExtensions, "extension headers",
                 {kBound, kNextHeader});
    expect_fault(most, Fault::none, kBound);
    step("read one whose sixteenth says that a later piece follows, which looks like another one");
    const auto piece =
        read_with(read_ipv6, Test(ipv6_header("0090", "3c") + many.substr(38) +
                                  "2c00 0104 00000000" + "3c00 0008 89abcdef" + last + kEight));
    expect_equal(header_of(piece, kMiddle).extensions.size(), kMostExtensions, "extension headers",
                 kMiddle);
    expect_fault(piece, Fault::none, kMiddle);
    expect_payload(piece, last + kEight, kMiddle);
    step("read one with seventeen");
    const auto more = read_with(read_ipv6, Test(ipv6_header("0090", "3c") + many + last + kEight));
    const std::size_t count = header_of(more, kUnbounded).extensions.size();
    expect_equal(count, kMostExtensions, "extension headers",
                 count == kMostExtensions + 1 ? Causes{kBound, kUnbounded} : Causes(kUnbounded));
    expect_fault(more, Fault::too_many, kUnbounded);
    expect_protocol(more, 60, kLeftOut);
    expect_payload(more, "", kBehindFault);
}
