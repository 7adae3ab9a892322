// Wrong: numbers copied from a frame into a variable. The frame is real: this program sends a
// datagram to port 53 in a network of its own, and listens to the link. What is copied has the
// order of the processor; on the wire the first byte is worth most.
//
// Look at: the port and the length, once copied, once put together.

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

#include "lessons/course/end_step.hh"
#include "own_network.hh"

namespace {

using waymark::demo::loopback;

// Behind 14 bytes of Ethernet and 20 of IPv4.
constexpr std::size_t kUdp = 34;

//#region host-order
std::uint16_t copied(const std::uint8_t* bytes) {
    std::uint16_t number;
    std::memcpy(&number, bytes, sizeof number);  //@ 1
    return number;
}

std::uint16_t put_together(const std::uint8_t* bytes) {
    return static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);  //@ 2
}
//#endregion host-order

void send_five_bytes_to(std::uint16_t port) {
    const waymark::daemon::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const sockaddr_in to = loopback(port);
    ::sendto(socket.get(), "hello", 5, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

void show(const char* how, std::uint16_t (*number)(const std::uint8_t*), const std::uint8_t* udp) {
    const unsigned port = number(udp + 2);
    const unsigned length = number(udp + 4);
    std::printf("   %-13s port %5u, length %4u; a rule for 53 %s\n", how, port, length,
                port == 53 ? "sees it" : "never sees it");
}

}  // namespace

int main() {
    const waymark::demo::OwnNetwork network;
    send_five_bytes_to(53);
    const std::vector<std::uint8_t> frame = network.next_frame();
    if (frame.size() < kUdp + 8) return 1;
    const std::uint8_t* udp = frame.data() + kUdp;
    std::printf("1. on the wire: port %02x %02x, length %02x %02x\n", udp[2], udp[3], udp[4],
                udp[5]);
    waymark::demo::end_step();
    std::puts("2. as numbers");
    show("copied:", copied, udp);
    show("put together:", put_together, udp);
}
