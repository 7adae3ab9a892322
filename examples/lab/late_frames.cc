#include "late_frames.hh"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "daemon/error.hh"

namespace waymark::lab {

namespace {

using daemon::check;
using daemon::Fd;

// Before each frame the kernel says what the sender has left to the card: a checksum that is not
// computed, a segment that is not cut (packet(7), PACKET_VNET_HDR). What we give back with the
// frame is done as if it had never left the kernel; without it, TCP's checksums would be wrong. Its
// ten bytes are struct virtio_net_hdr, of a header that C++ cannot read.
constexpr std::size_t kHead = 10;
constexpr std::size_t kLongest = kHead + ETH_HLEN + 65'536 + 64;
constexpr int kMostPerTurn = 256;

void turn_on(const Fd& socket, int option) {
    const int on = 1;
    check(::setsockopt(socket.get(), SOL_PACKET, option, &on, sizeof on), "setsockopt packet");
}

Fd packet_socket(const std::string& interface, int protocol) {
    // Protocol 0 receives nothing; it is given with bind, so that nothing comes from elsewhere.
    Fd socket(
        check(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket AF_PACKET"));
    turn_on(socket, PACKET_VNET_HDR);
    turn_on(socket, PACKET_IGNORE_OUTGOING);
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(static_cast<std::uint16_t>(protocol));
    address.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
    if (address.sll_ifindex == 0) daemon::fail(errno, "if_nametoindex", interface);
    check(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind",
          interface);
    return socket;
}

std::string mac_bytes(const std::string& text) {
    ether_addr address{};
    if (!::ether_aton_r(text.c_str(), &address)) daemon::fail(EINVAL, "ether_aton", text);
    return std::string(reinterpret_cast<const char*>(&address), sizeof address);
}

// The lowest bit of the first byte: for a group, or for all (IEEE 802).
bool is_for(const char* frame, const std::string& mac) {
    return (frame[0] & 1) != 0 || std::memcmp(frame, mac.data(), mac.size()) == 0;
}

}  // namespace

LateFrames::LateFrames(const std::string& in, const std::string& out, const std::string& mac,
                       std::chrono::milliseconds delay, unsigned drop_percent)
    : in_(packet_socket(in, ETH_P_ALL)),
      out_(packet_socket(out, 0)),
      mac_(mac_bytes(mac)),
      delay_(delay),
      drop_percent_(drop_percent),
      buffer_(kLongest) {}

void LateFrames::run() {
    for (;;) {
        const daemon::Deadline next = waiting_.empty() ? daemon::Deadline() : waiting_.front().due;
        pollfd readable{in_.get(), POLLIN, 0};
        check(::poll(&readable, 1, next.poll_timeout()), "poll");
        take();
        send_due();
    }
}

void LateFrames::take() {
    for (int taken = 0; taken < kMostPerTurn; ++taken) {
        const ssize_t count = ::recv(in_.get(), buffer_.data(), buffer_.size(), MSG_TRUNC);
        if (count == -1 && (errno == EAGAIN || errno == EINTR || errno == ENETDOWN)) return;
        const auto size = static_cast<std::size_t>(check(count, "recv", "a frame"));
        if (size < kHead + ETH_HLEN || size > buffer_.size()) continue;
        if (!is_for(buffer_.data() + kHead, mac_)) continue;
        if (std::uniform_int_distribution(0U, 99U)(random_) < drop_percent_) continue;
        if (waiting_bytes_ + size > kMostBytes) continue;
        waiting_.push_back({daemon::Deadline::after(delay_),
                            std::vector<char>(buffer_.data(), buffer_.data() + size)});
        waiting_bytes_ += size;
    }
}

// A frame that the kernel does not take is lost, as on any wire.
void LateFrames::send_due() {
    while (!waiting_.empty() && waiting_.front().due.expired()) {
        const std::vector<char>& bytes = waiting_.front().bytes;
        ::send(out_.get(), bytes.data(), bytes.size(), 0);
        waiting_bytes_ -= bytes.size();
        waiting_.pop_front();
    }
}

}  // namespace waymark::lab
