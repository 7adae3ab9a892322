// Lesson 06: what really goes over the wire? Each case gives bytes, in memory of exactly their
// size, so that the address sanitizer sees one byte that is read behind them. Here: numbers,
// Ethernet and TCP; check_datagrams.cpp has UDP, check_ipv4.cpp, check_ipv6.cpp and check_whole.cpp
// have the others.

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "reading_seen.hh"

using namespace waymark::net;
using namespace waymark::course::check;

namespace {

const std::string kSegment = "9c40 01bb fffefdfc 81828384 5018 fa01 abcd 0102 ";

std::string tag_text(const std::vector<VlanTag>& tags) {
    std::string text;
    for (const VlanTag& tag : tags)
        text += "priority " + std::to_string(tag.priority) +
                (tag.drop_eligible ? ", drop eligible" : "") + ", number " +
                std::to_string(tag.id) + "; ";
    return text.empty() ? "none" : text;
}

std::string flag_text(const TcpFlags& flags) {
    std::string text;
    if (flags.fin) text += "FIN ";
    if (flags.syn) text += "SYN ";
    if (flags.rst) text += "RST ";
    if (flags.psh) text += "PSH ";
    if (flags.ack) text += "ACK ";
    if (flags.urg) text += "URG ";
    if (flags.ece) text += "ECE ";
    if (flags.cwr) text += "CWR ";
    return text.empty() ? "none" : text;
}

// Of kSegment: those behind the data offset.
void expect_last_fields(const TcpHeader& header) {
    expect_equal(flag_text(header.flags), "PSH ACK ", "the flags", kLeftOut);
    expect_equal(header.window, 64001, "the window", kLeftOut);
}

// The bytes in another order, others of those that were given, or not even these.
const Advice& order_or_bits(std::uint32_t seen, std::uint32_t right, Bytes given) {
    const auto sorted = [](std::uint32_t number) {
        std::vector<std::uint8_t> bytes;
        for (; number != 0; number >>= 8) bytes.push_back(number & 0xff);
        std::ranges::sort(bytes);
        return bytes;
    };
    if (sorted(seen) == sorted(right)) return kHostOrder;
    const bool all_given = std::ranges::all_of(sorted(seen), [&](std::uint8_t byte) {
        return std::ranges::find(given, byte) != given.end();
    });
    return all_given ? kFields : kSmallNumber;
}

void expect_number(std::uint32_t seen, std::uint32_t right, Bytes given) {
    expect_equal(seen, right, "the number", order_or_bits(seen, right, given));
}

}  // namespace

TEST_CASE("numbers are in network byte order") {
    step("read two bytes, 12 34");
    const Test bytes("12 34 56 78 9a");
    say_what_a_crash_means();
    expect_equal(two_bytes(bytes, 0), 0x1234, "the number (0x1234 is 4660)", kHostOrder);
    step("read the four bytes 34 56 78 9a, from an odd place");
    expect_number(four_bytes(bytes, 1), 0x3456789aU, bytes);
    step("read two bytes from place 3, the last two");
    expect_number(two_bytes(bytes, 3), 0x789a, bytes);
}

TEST_CASE("large numbers keep all their bits") {
    step("read ff fe, and ff fe fd fc");
    const Test bytes("ff fe fd fc");
    expect_equal(two_bytes(bytes, 0), 0xfffe, "the two bytes", kSmallNumber);
    expect_equal(four_bytes(bytes, 0), 0xfffefdfcU, "the four bytes", kSmallNumber);
    step("read 00 ff, and 00 ff 00 ff");
    const Test low("00 ff 00 ff");
    expect_equal(two_bytes(low, 0), 0x00ff, "the two bytes", kSmallNumber);
    expect_equal(four_bytes(low, 0), 0x00ff00ffU, "the four bytes", kSmallNumber);
}

TEST_CASE("an Ethernet header has two addresses and a type") {
    step("read a frame of IPv4 with eight bytes behind the header");
    const auto reading = read_with(read_ethernet, Test("0a0b0c0d0e0f 1a1b1c1d1e1f 0800" + kEight));
    const EthernetHeader header = header_of(reading, kAllOrNothing);
    expect_equal(hex(header.destination), "0a 0b 0c 0d 0e 0f", "the destination", kFields);
    expect_equal(hex(header.source), "1a 1b 1c 1d 1e 1f", "the source", kFields);
    expect_equal(header.type, kEtherIpv4, "the type (2048 is 0x0800)", {kFields, kHostOrder});
    expect_equal(tag_text(header.tags), "none", "VLAN tags", kVlan);
    expect_payload(reading, kEight, kFields);
    expect_fault(reading, Fault::none, kReason);
}

TEST_CASE("a VLAN tag stands before the type") {
    step("read a frame with a tag: priority 5, drop eligible, VLAN 10");
    const auto reading = read_with(read_ethernet, Test(kMacs + "8100 b00a 86dd" + kEight));
    const EthernetHeader header = header_of(reading, kVlan);
    expect(header.type != kEtherVlan, "the type", "34525 (0x86dd), which stands behind the tag",
           "33024 (0x8100)", kVlan);
    expect_equal(header.type, kEtherIpv6, "the type (34525 is 0x86dd)", {kVlan, kFields});
    expect_equal(tag_text(header.tags), "priority 5, drop eligible, number 10; ", "the tag",
                 {kNeighbours, kVlan});
    expect_payload(reading, kEight, kVlan);
    step("read one with priority 0 and the largest number, 4095");
    const auto plain = read_with(read_ethernet, Test(kMacs + "8100 0fff 0800"));
    expect_equal(tag_text(header_of(plain, kVlan).tags), "priority 0, number 4095; ", "the tag",
                 kNeighbours);
}

TEST_CASE("tags stand one behind the other") {
    step("read a frame with a provider's tag (0x88a8) and a customer's (0x8100)");
    const auto reading =
        read_with(read_ethernet, Test(kMacs + "88a8 0064 8100 000a 0800" + kEight));
    const EthernetHeader header = header_of(reading, kOneTag);
    expect_equal(tag_text(header.tags), "priority 0, number 100; priority 0, number 10; ",
                 "the tags", kOneTag);
    expect_equal(header.type, kEtherIpv4, "the type (2048 is 0x0800)", kOneTag);
    expect_payload(reading, kEight, kOneTag);
    step("read one with the provider's tag of old, 0x9100");
    const auto old = read_with(read_ethernet, Test(kMacs + "9100 0064 0800"));
    expect_equal(header_of(old, kOneTag).type, kEtherIpv4, "the type (2048 is 0x0800)", kOneTag);
    step("read one with all three, 0x8100 outermost");
    const auto mixed = read_with(read_ethernet, Test(kMacs + "8100 0001 9100 0002 88a8 0003 0800"));
    expect_equal(header_of(mixed, kOneTag).tags.size(), 3U, "tags", kOneTag);
    step("read one that ends in the middle of its second tag");
    const auto cut = read_with(read_ethernet, Test(kMacs + "88a8 0064 8100 000a 08"));
    expect_equal(tag_text(header_of(cut, kAllOrNothing).tags), "priority 0, number 100; ",
                 "the tags", cut.header->tags.size() > 1 ? kBehindFault : kAllOrNothing);
    expect_fault(cut, Fault::cut, kReason);
    // What is left of the tag, or what lies behind the end?
    expect_payload(cut, "", cut.payload.size() < 4 ? kBehindFault : kPastEnd);
}

TEST_CASE("there are so many tags and no more") {
    const std::string four = "8100 0001 8100 0002 8100 0003 8100 0004 ";
    step("read a frame with four tags");
    const auto most = read_with(read_ethernet, Test(kMacs + four + "0800 01"));
    expect_equal(header_of(most, kBound).tags.size(), kMostVlanTags, "tags", {kOneTag, kBound});
    expect_fault(most, Fault::none, kBound);
    for (const char* type : {"0800", "8100 0006 8100 0007 8100 0008 0800"}) {
        step(std::string("read a frame with ") + (type[0] == '0' ? "five" : "eight"));
        const auto more =
            read_with(read_ethernet, Test(kMacs + four + "8100 0005 " + type + " 01"));
        const std::size_t count = header_of(more, kUnbounded).tags.size();
        const Causes causes =
            count == kMostVlanTags + 1 ? Causes{kBound, kUnbounded} : Causes(kUnbounded);
        expect_equal(count, kMostVlanTags, "tags", causes);
        expect_fault(more, Fault::too_many, kUnbounded);
        expect_payload(more, "", kBehindFault);
    }
}

TEST_CASE("a type up to 1500 is a length") {
    step("read a frame whose type is 3, with eight bytes behind it");
    const auto reading = read_with(read_ethernet, Test(kMacs + "0003" + kEight));
    expect_payload(reading, "a1a2a3", kLengthType);
    step("read one with two tags in front of the 3");
    const auto tagged = read_with(read_ethernet, Test(kMacs + "88a8 0064 8100 000a 0003" + kEight));
    expect_payload(tagged, "a1a2a3", kLengthType);
    step("read one whose type is 1500, with 1501 bytes behind it");
    const std::string many(std::size_t{2} * 1501, '0');  // two digits a byte
    const auto longest = read_with(read_ethernet, Test(kMacs + "05dc" + many));
    expect_equal(longest.payload.size(), 1500U, "the bytes of the payload", kLengthType);
    step("read one whose type is 1500, with eight bytes behind it");
    const auto cut = read_with(read_ethernet, Test(kMacs + "05dc" + kEight));
    expect_cut_payload(cut, kEight);
    expect_fault(cut, Fault::cut, kReason);
    for (const char* type : {"05dd", "05ff", "0600"}) {
        step(std::string("read one whose type is 0x") + type + ", which is more than 1500");
        const auto typed = read_with(read_ethernet, Test(kMacs + type + kEight));
        expect_payload(typed, kEight, kLengthType);
        expect_fault(typed, Fault::none, kLengthType);
    }
}

TEST_CASE("a TCP header has its fields") {
    step("read a segment without options");
    const auto reading = read_with(read_tcp, Test(kSegment + kEight));
    const TcpHeader header = header_of(reading, kAllOrNothing);
    expect_equal(header.source_port, 40000, "the source's port", {kFields, kHostOrder});
    expect_equal(header.destination_port, 443, "the destination's port", {kFields, kHostOrder});
    expect_equal(header.sequence, 0xfffefdfcU, "the sequence number", {kFields, kSmallNumber});
    expect_equal(header.acknowledgement, 0x81828384U, "the acknowledgement", kFields);
    expect_equal(int{header.header_bytes}, 20, "the bytes of the header", {kUnits, kNeighbours});
    expect_equal(flag_text(header.flags), "PSH ACK ", "the flags", kNeighbours);
    expect_equal(header.window, 64001, "the window", kFields);
    expect_equal(hex(header.options), "nothing", "the options", kDataOffset);
    expect_payload(reading, kEight, kDataOffset);
    expect_fault(reading, Fault::none, kReason);
}

TEST_CASE("the data offset says where the data begin") {
    step("read a SYN with four bytes of options and eight of data");
    const auto reading =
        read_with(read_tcp, Test(with(kSegment, "5018", "6002") + "020405b4" + kEight));
    const TcpHeader header = header_of(reading, kDataOffset);
    expect_payload(reading, kEight, {kDataOffset, kUnits});
    expect_equal(int{header.header_bytes}, 24, "the bytes of the header", kUnits);
    expect_equal(hex(header.options), "02 04 05 b4", "the options", kDataOffset);
    step("read one with the longest header, 60 bytes");
    const std::string options(80, '1');
    const auto longest =
        read_with(read_tcp, Test(with(kSegment, "5018", "f002") + options + kEight));
    expect_payload(longest, kEight, {kUnits, kNeighbours});
}

TEST_CASE("each flag of TCP is a bit of its own") {
    const char* const names[] = {"FIN ", "SYN ", "RST ", "PSH ", "ACK ", "URG ", "ECE ", "CWR "};
    for (int bit = 0; bit < 8; ++bit) {
        step(std::string("read a segment with the flag ") + names[bit]);
        std::string bits =
            "5f00";  // reserved bits beside the data offset are set: they mean nothing
        bits[bit < 4 ? 3 : 2] = "1248"[bit % 4];
        const auto reading = read_with(read_tcp, Test(with(kSegment, "5018", bits)));
        expect_equal(flag_text(header_of(reading, kNeighbours).flags), names[bit], "the flags",
                     kNeighbours);
    }
}

TEST_CASE("a data offset may be wrong or beyond the end") {
    step("read a segment whose data offset is 4, less than the header itself");
    const auto small =
        read_with(read_tcp, Test(with(kSegment, "5018", "4018") + kEight), kTooSmall);
    expect_last_fields(header_of(small, kAllOrNothing));
    const int header_bytes = small.header->header_bytes;
    expect_equal(header_bytes, 16, "the bytes of the header",
                 header_bytes == 20 ? kMadeToFit : kUnits);
    expect_fault(small, Fault::bad_length, {kTooSmall, kReason});
    expect_payload(small, "", kBehindFault);
    expect_equal(hex(small.header->options), "nothing", "the options", kBehindFault);
    step("read one whose data offset is 15, with eight bytes behind the fixed part");
    const auto cut = read_with(read_tcp, Test(with(kSegment, "5018", "f018") + kEight));
    expect_equal(hex(header_of(cut, kAllOrNothing).options), hex(Test(kEight)),
                 "the options, as far as they are there", {kPastEnd, kAllOrNothing});
    expect_last_fields(*cut.header);
    expect_payload(cut, "", kTrusted);
    expect_fault(cut, Fault::cut, kReason);
    step("read 19 bytes of a segment");
    expect_no_header(read_with(read_tcp, Test(kSegment).first(19)), Fault::cut, kPastEnd);
}

TEST_CASE("a header with nothing behind it is whole") {
    step("read a frame of 14 bytes");
    const auto frame = read_with(read_ethernet, Test(kMacs + "0800"));
    header_of(frame, kJustEnough);
    expect_fault(frame, Fault::none, kJustEnough);
    step("read one that ends behind its tag and the type");
    const auto tagged = read_with(read_ethernet, Test(kMacs + "8100 0fff 0800"));
    expect_equal(tag_text(header_of(tagged, kJustEnough).tags), "priority 0, number 4095; ",
                 "the tag", kJustEnough);
    expect_fault(tagged, Fault::none, kJustEnough);
    step("read a segment of 20 bytes");
    const auto segment = read_with(read_tcp, Test(kSegment));
    header_of(segment, kJustEnough);
    expect_fault(segment, Fault::none, kJustEnough);
    step("read a datagram of 8 bytes");
    const auto datagram = read_with(read_udp, Test(with(kUdpHeader, "0010", "0008")));
    header_of(datagram, kJustEnough);
    expect_fault(datagram, Fault::none, kJustEnough);
}
