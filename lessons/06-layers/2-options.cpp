// Wrong: the ports stand at byte 20 of every IPv4 packet. They do, until somebody sends options. A
// filter that refuses port 7777 is shown two datagrams to that port. The second one has four bytes
// of options in its header, as anybody may send them (ip(7), IP_OPTIONS).
//
// Look at: what the filter takes for ports, and what it lets through.

#include <netinet/in.h>

#include <cstdint>
#include <cstdio>
#include <vector>

#include "lessons/course/end_step.hh"
#include "own_network.hh"

namespace {

using waymark::demo::loopback;

constexpr std::uint16_t kRefused = 7777;
constexpr std::size_t kEthernet = 14;

//#region options
unsigned number(const std::uint8_t* bytes) {
    return static_cast<unsigned>(bytes[0]) << 8 | bytes[1];
}

const std::uint8_t* at_byte_20(const std::uint8_t* packet) {
    return packet + 20;  // "the header has 20 bytes"  //@ 1
}

const std::uint8_t* at_ihl(const std::uint8_t* packet) {
    return packet + (packet[0] & 0x0f) * 4;  //@ 2
}
//#endregion options

void ask(const char* how, const std::uint8_t* (*udp_of)(const std::uint8_t*),
         const std::uint8_t* packet) {
    const std::uint8_t* udp = udp_of(packet);
    std::printf("   %-11s from port %5u to port %5u: %s\n", how, number(udp), number(udp + 2),
                number(udp + 2) == kRefused ? "refused" : "let through");
}

void send_with_options(std::size_t options) {
    const waymark::daemon::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const sockaddr_in from = loopback(40'000);
    ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from);
    const std::uint8_t nothing_to_do[4] = {1, 1, 1, 0};  // "no operation", three times, and the end
    if (options > 0) ::setsockopt(socket.get(), IPPROTO_IP, IP_OPTIONS, nothing_to_do, 4);
    const sockaddr_in to = loopback(kRefused);
    ::sendto(socket.get(), "hello", 5, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

}  // namespace

int main() {
    const waymark::demo::OwnNetwork network;
    for (const std::size_t options : {0, 4}) {
        send_with_options(options);
        std::vector<std::uint8_t> frame = network.next_frame();
        while (frame.size() > kEthernet + 9 && frame[kEthernet + 9] != IPPROTO_UDP)
            frame = network.next_frame();  // ICMP says that nobody is at port 7777
        if (frame.size() < kEthernet + 32) return 1;
        const std::uint8_t* packet = frame.data() + kEthernet;
        std::printf("%d. %zu bytes of options; the packet begins %02x, its IHL is %d\n",
                    options == 0 ? 1 : 2, options, packet[0], packet[0] & 0x0f);
        ask("at byte 20:", at_byte_20, packet);
        ask("by the IHL:", at_ihl, packet);
        waymark::demo::end_step();
    }
}
