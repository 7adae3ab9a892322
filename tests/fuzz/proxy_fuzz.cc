// Whatever the bytes are: a header is no longer than it may be and lies within them, more bytes
// change nothing that is known, fewer are incomplete or refused, and what was read is written
// alike.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "examples/balancer/proxy_header.hh"

using namespace waymark::balancer;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

bool is_same(const ProxyHeader& a, const ProxyHeader& b) {
    return a.state == b.state && a.bytes == b.bytes && a.source == b.source &&
           a.destination == b.destination && a.problem == b.problem;
}

void check_written(const ProxyHeader& header) {
    const std::string written = proxy_header(header.source, header.destination);
    const ProxyHeader again = read_proxy_header(written);
    require(again.bytes == written.size());
    // One of the two may be IPv4 within IPv6: then there is no family for both.
    if (header.source.family() == header.destination.family()) {
        require(again.state == ProxyHeader::State::announced);
        require(again.source == header.source && again.destination == header.destination);
    } else {
        require(again.state == ProxyHeader::State::own);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    const ProxyHeader whole = read_proxy_header(all);
    const bool is_whole =
        whole.state == ProxyHeader::State::announced || whole.state == ProxyHeader::State::own;
    if (whole.state == ProxyHeader::State::incomplete)
        require(whole.bytes > size && whole.bytes <= kProxyHeadBytes + kLongestProxyBlock);
    if (is_whole) require(whole.bytes >= kProxyHeadBytes && whole.bytes <= size);
    if (whole.state == ProxyHeader::State::malformed) require(!whole.problem.empty());
    if (whole.state == ProxyHeader::State::announced) check_written(whole);
    for (std::size_t part = 0; part <= size && part <= 300; ++part) {
        const std::string copy(all.substr(0, part));  // the address sanitizer sees its end
        const ProxyHeader shorter = read_proxy_header(copy);
        if (is_whole && part < whole.bytes)
            require(shorter.state == ProxyHeader::State::incomplete);
        else if (is_whole)
            require(is_same(shorter, whole));
        if (shorter.state == ProxyHeader::State::malformed)
            require(whole.state == ProxyHeader::State::malformed);
    }
    return 0;
}
