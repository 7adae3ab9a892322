#include "proxy_header.hh"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using waymark::balancer::kLongestProxyBlock;
using waymark::balancer::local_proxy_header;
using waymark::balancer::proxy_header;
using waymark::balancer::ProxyHeader;
using waymark::balancer::read_proxy_header;
using waymark::net::Address;
using namespace std::string_literals;

namespace {

const std::string kBegin = "\r\n\r\n\0\r\nQUIT\n"s;
const std::string kIpv4Block = "\xc0\x00\x02\x07\xc6\x33\x64\x09\x9c\x40\x01\xbb"s;
const std::string kIpv6Block =
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"
    "\x9c\x40\x01\xbb"s;
// 192.0.2.7 within IPv6, twice.
const std::string kMappedBlock =
    "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\x00\x02\x07"
    "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\x00\x02\x08"
    "\x00\x01\x00\x02"s;
const std::string kUnixBlock(216, 'u');

std::string header(unsigned version_and_command, unsigned family, const std::string& block) {
    std::string bytes = kBegin;
    bytes.push_back(static_cast<char>(version_and_command));
    bytes.push_back(static_cast<char>(family));
    bytes.push_back(static_cast<char>(block.size() >> 8));
    bytes.push_back(static_cast<char>(block.size() & 0xff));
    return bytes + block;
}

struct Understood {
    std::string_view what;
    std::string bytes;
    ProxyHeader::State state;
    std::string source;
    std::string destination;
};

const std::vector<Understood> kUnderstood = {
    {"TCP over IPv4", header(0x21, 0x11, kIpv4Block), ProxyHeader::State::announced,
     "192.0.2.7:40000", "198.51.100.9:443"},
    {"TCP over IPv6", header(0x21, 0x21, kIpv6Block), ProxyHeader::State::announced,
     "[2001:db8::1]:40000", "[2001:db8::2]:443"},
    {"IPv4 within IPv6", header(0x21, 0x21, kMappedBlock), ProxyHeader::State::announced,
     "192.0.2.7:1", "192.0.2.8:2"},
    {"fields behind the addresses", header(0x21, 0x11, kIpv4Block + "\x04\x00\x03xyz"s),
     ProxyHeader::State::announced, "192.0.2.7:40000", "198.51.100.9:443"},
    {"fields that make no sense", header(0x21, 0x11, kIpv4Block + "\x01\xff\xffz"s),
     ProxyHeader::State::announced, "192.0.2.7:40000", "198.51.100.9:443"},
    {"the longest block",
     header(0x21, 0x11, kIpv4Block + std::string(kLongestProxyBlock - 12, 'x')),
     ProxyHeader::State::announced, "192.0.2.7:40000", "198.51.100.9:443"},
    {"a health check", header(0x20, 0x00, ""), ProxyHeader::State::own, "-", "-"},
    {"a health check with addresses", header(0x20, 0x11, kIpv4Block), ProxyHeader::State::own, "-",
     "-"},
    {"an unknown family", header(0x21, 0x00, "abc"), ProxyHeader::State::own, "-", "-"},
    {"datagrams", header(0x21, 0x12, kIpv4Block), ProxyHeader::State::own, "-", "-"},
    {"a Unix socket", header(0x21, 0x31, kUnixBlock), ProxyHeader::State::own, "-", "-"},
};

struct Refused {
    std::string_view what;
    std::string bytes;
    std::string_view problem;
};

const std::vector<Refused> kRefused = {
    {"a request of HTTP", "GET / HTTP/1.1\r\n", "no signature"},
    {"a greeting of TLS", "\x16\x03\x01\x02\x00"s, "no signature"},
    {"version 1", "PROXY TCP4 192.0.2.7 198.51.100.9 40000 443\r\n", "no signature"},
    {"a wrong byte at the signature's end", kBegin.substr(0, 11) + "\r", "no signature"},
    {"version 1 in the binary form", header(0x11, 0x11, kIpv4Block), "not version 2"},
    {"version 3", header(0x31, 0x11, kIpv4Block), "not version 2"},
    {"a command that is not assigned", header(0x22, 0x11, kIpv4Block), "neither LOCAL nor PROXY"},
    {"a family that is not assigned", header(0x21, 0x41, kIpv4Block),
     "unknown family or transport"},
    {"a transport that is not assigned", header(0x21, 0x13, kIpv4Block),
     "unknown family or transport"},
    {"IPv4 without room for the ports", header(0x21, 0x11, kIpv4Block.substr(0, 11)),
     "too short for its addresses"},
    {"IPv6 with the addresses of IPv4", header(0x21, 0x21, kIpv4Block),
     "too short for its addresses"},
    {"IPv4 without a block", header(0x21, 0x11, ""), "too short for its addresses"},
    {"a block that is too long",
     header(0x21, 0x11, std::string(kLongestProxyBlock + 1, 'x')).substr(0, 16), "too long"},
};

}  // namespace

TEST_CASE("a header says who the client is, or that the connection speaks for itself") {
    for (const Understood& row : kUnderstood) {
        CAPTURE(row.what);
        const ProxyHeader read = read_proxy_header(row.bytes);
        CHECK(read.state == row.state);
        CHECK(read.bytes == row.bytes.size());
        CHECK(read.source.to_string() == row.source);
        CHECK(read.destination.to_string() == row.destination);
    }
}

TEST_CASE("what follows a header is not taken for a part of it") {
    for (const Understood& row : kUnderstood) {
        CAPTURE(row.what);
        const ProxyHeader read = read_proxy_header(row.bytes + "GET / HTTP/1.1\r\n");
        CHECK(read.state == row.state);
        CHECK(read.bytes == row.bytes.size());
        CHECK(read.source.to_string() == row.source);
    }
}

TEST_CASE("a header that comes byte by byte is incomplete up to its last byte") {
    for (const Understood& row : kUnderstood) {
        CAPTURE(row.what);
        for (std::size_t size = 0; size < row.bytes.size(); ++size) {
            CAPTURE(size);
            const ProxyHeader read = read_proxy_header(std::string_view(row.bytes).substr(0, size));
            REQUIRE(read.state == ProxyHeader::State::incomplete);
            CHECK(read.bytes == (size < 16 ? 16 : row.bytes.size()));
        }
    }
}

TEST_CASE("what is no header of version 2 is refused with its reason") {
    for (const Refused& row : kRefused) {
        CAPTURE(row.what);
        const ProxyHeader read = read_proxy_header(row.bytes);
        CHECK(read.state == ProxyHeader::State::malformed);
        CHECK(read.problem == row.problem);
    }
}

TEST_CASE("a first byte that cannot begin a header is refused without waiting for more") {
    CHECK(read_proxy_header("G").state == ProxyHeader::State::malformed);
    CHECK(read_proxy_header("").state == ProxyHeader::State::incomplete);
}

TEST_CASE("what is written is byte for byte what the specification says") {
    const Address client = Address::parse("192.0.2.7:40000");
    const Address us = Address::parse("198.51.100.9:443");
    const Address client6 = Address::parse("[2001:db8::1]:40000");
    const Address us6 = Address::parse("[2001:db8::2]:443");
    const Address mapped = Address::parse("[::ffff:192.0.2.7]:40000");
    CHECK(proxy_header(client, us) == header(0x21, 0x11, kIpv4Block));
    CHECK(proxy_header(mapped, us) == header(0x21, 0x11, kIpv4Block));
    CHECK(proxy_header(client6, us6) == header(0x21, 0x21, kIpv6Block));
    CHECK(proxy_header(client, us6) == header(0x21, 0x00, ""));
    CHECK(proxy_header(Address::parse("unix:/run/x"), us) == header(0x21, 0x00, ""));
    CHECK(local_proxy_header() == header(0x20, 0x00, ""));
}
