// Whole frames that are cut at every place, and bytes that are nobody's: nothing is read behind the
// end, and nothing is thrown.

#include <doctest/doctest.h>

#include <random>

#include "reading_seen.hh"

using namespace waymark::net;
using namespace waymark::course::check;

namespace {

// Calls `reader` with no byte, the first, the first two, and so on. From `fixed` bytes on there
// must be a header.
template <class Header>
void read_every_beginning(Reading<Header> (*reader)(Bytes), const Test& whole, std::size_t fixed) {
    step("read no byte of it, the first one, the first two, and so on to " +
         std::to_string(whole.size()));
    say_what_a_crash_means();
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const auto reading = read_one_of_many(reader, whole.first(size));
        const std::string of = " of the first " + std::to_string(size) + " bytes";
        expect(reading.header.has_value() == (size >= fixed), "the header" + of,
               size >= fixed ? "there: its fixed part is" : "none: its fixed part is cut",
               reading.header.has_value() ? "there" : "none", {kAllOrNothing, kPastEnd});
        expect(size == whole.size() || reading.fault == Fault::cut ||
                   (reading.fault == Fault::none && size >= fixed),
               "the fault" + of, "cut", to_string(reading.fault), kReason);
    }
}

// Each time the same bytes.
template <class Header>
void read_anything(Reading<Header> (*reader)(Bytes), const char* name, std::string_view beginning) {
    step(std::string("give ") + name + " bytes that mean nothing, four hundred times");
    say_what_a_crash_means();
    std::mt19937 random(6);
    for (int round = 0; round < 400; ++round) {
        std::vector<std::uint8_t> bytes(Test(beginning).size() + random() % 80);
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
        if (round % 2 == 0) {  // so that it comes beyond the first look
            const Test start(beginning);
            const Bytes first = start;
            std::copy(first.begin(), first.end(), bytes.begin());
        }
        read_one_of_many(reader, Test(Bytes(bytes)));
    }
}

}  // namespace

TEST_CASE("a frame cut anywhere is not read past its end") {
    step("take a frame of Ethernet with two VLAN tags");
    read_every_beginning(read_ethernet, Test(kMacs + "88a8 0064 8100 000a 0800" + kEight), 14);
    step("take a packet of IPv4 with options");
    read_every_beginning(
        read_ipv4,
        Test("47 00 0024 1234 4000 3f 11 abcd c0000201 c0000202 0101010101010100" + kEight), 20);
    step("take a packet of IPv6 with extension headers");
    read_every_beginning(
        read_ipv6,
        Test(
            "60000000 0020 00 40 20010db8000000000000000000000001 20010db8000000000000000000000002 "
            "3c00 0104 00000000 2c00 0104 00000000 1100 0001 89abcdef " +
            kEight),
        40);
    step("take a segment of TCP with options");
    read_every_beginning(
        read_tcp, Test("9c40 01bb 01020304 81828384 7018 fa01 abcd 0102 020405b401030307" + kEight),
        20);
    step("take a datagram of UDP");
    read_every_beginning(read_udp, Test(kUdpHeader + kEight), 8);
}

TEST_CASE("any bytes are read without a fall") {
    read_anything(read_ethernet, "read_ethernet", "0200000000020200000000018100");
    read_anything(read_ipv4, "read_ipv4", "4f");
    read_anything(read_ipv6, "read_ipv6",
                  "60000000 0040 00 40 20010db8000000000000000000000001 "
                  "20010db8000000000000000000000002 2c");
    read_anything(read_tcp, "read_tcp", "9c4001bb");
    read_anything(read_udp, "read_udp", "9c4001bb");
}
