#include "net/frame_control.hh"

#include <algorithm>

namespace waymark::net {

namespace {

constexpr std::size_t kArpBytes = 28, kIcmpBytes = 8;

Reading<IcmpMessage> read_either(Bytes message, bool v6) {
    if (message.size() < kIcmpBytes) return {.fault = Fault::cut};
    return {IcmpMessage{message[0], message[1], four_bytes(message, 4), v6},
            message.subspan(kIcmpBytes)};
}

}  // namespace

Reading<ArpMessage> read_arp(Bytes message) {
    // Kinds of addresses, then their lengths: Ethernet (1) with 6 bytes, IPv4 with 4.
    constexpr std::array<std::uint8_t, 6> kIpv4OverEthernet{0, 1, 0x08, 0x00, 6, 4};
    if (message.size() < kIpv4OverEthernet.size()) return {.fault = Fault::cut};
    if (!std::ranges::equal(message.first(kIpv4OverEthernet.size()), kIpv4OverEthernet))
        return {.fault = Fault::bad_length};
    if (message.size() < kArpBytes) return {.fault = Fault::cut};
    return {.header =
                ArpMessage{two_bytes(message, 6), array_at<6>(message, 8), array_at<4>(message, 14),
                           array_at<6>(message, 18), array_at<4>(message, 24)}};
}

Reading<IcmpMessage> read_icmp(Bytes message) {
    return read_either(message, false);
}

Reading<IcmpMessage> read_icmpv6(Bytes message) {
    return read_either(message, true);
}

std::string_view name_of(const IcmpMessage& message) {
    const int type = message.type;
    switch (message.v6 ? 1000 + type : type) {
        case 0:
            return "echo reply";
        case 3:
            return "destination unreachable";
        case 5:
            return "redirect";
        case 8:
            return "echo request";
        case 11:
            return "time exceeded";
        case 12:
            return "parameter problem";
        case 1001:
            return "destination unreachable";
        case 1002:
            return "packet too big";
        case 1003:
            return "time exceeded";
        case 1004:
            return "parameter problem";
        case 1128:
            return "echo request";
        case 1129:
            return "echo reply";
        case 1133:
            return "router solicitation";
        case 1134:
            return "router advertisement";
        case 1135:
            return "neighbour solicitation";
        case 1136:
            return "neighbour advertisement";
        case 1143:
            return "multicast listener report";
        default:
            return "";
    }
}

}  // namespace waymark::net
