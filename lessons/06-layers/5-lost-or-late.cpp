// Two thousand messages of a thousand bytes to somebody who does not read yet. By UDP every send
// succeeds, and most of the messages are gone. By TCP the sender is held up, nothing is lost, and
// all comes in order. Nobody sees an error.
//
// Look at: how many were sent, and how many arrived. On the slide every four hundredth message is
// an arrow.

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "lessons/course/end_step.hh"
#include "lessons/course/hand_in_frame.hh"

namespace {

namespace demo = waymark::demo;
using waymark::daemon::check;
using waymark::daemon::Fd;

constexpr int kMessages = 2000, kAnArrow = 400;
using Message = std::array<std::uint8_t, 1000>;
constexpr std::size_t kBytes = kMessages * std::tuple_size_v<Message>;

// What stands at this place of the stream.
std::uint8_t pattern(std::size_t place) {
    return static_cast<std::uint8_t>(place % 251);
}

struct Ends {
    Fd sender, receiver;
};

void set_buffers(const Fd& socket) {
    const int bytes = 200'000;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

// On 127.0.0.1, at a port that the kernel chooses.
Ends connected(int type) {
    Fd listener(check(::socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket"));
    Fd sender(check(::socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket"));
    set_buffers(listener);
    set_buffers(sender);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof place;
    auto* address = reinterpret_cast<sockaddr*>(&place);
    check(::bind(listener.get(), address, size), "bind");
    check(::getsockname(listener.get(), address, &size), "getsockname");
    if (type == SOCK_STREAM) check(::listen(listener.get(), 1), "listen");
    check(::connect(sender.get(), address, size), "connect");
    if (type == SOCK_DGRAM) return {std::move(sender), std::move(listener)};
    return {std::move(sender),
            Fd(check(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"))};
}

// A message has its number, from 0 on, in its first two bytes.
void number(Message& message, int value) {
    message[0] = static_cast<std::uint8_t>(value >> 8);
    message[1] = static_cast<std::uint8_t>(value);
}

std::size_t number_of(const Message& message) {
    return static_cast<std::size_t>(message[0] << 8 | message[1]);
}

void draw_messages(const std::vector<bool>& arrived) {
    for (std::size_t i = 0; i < arrived.size(); i += kAnArrow)
        demo::hand_in_frame("sender", "receiver", "UDP, message " + std::to_string(i + 1),
                            arrived[i] ? demo::Frame::arrived : demo::Frame::lost);
}

// How much is there in its place, whenever another part is.
void draw_stream(std::size_t before, std::size_t now) {
    constexpr std::size_t kPart = kBytes / kMessages * kAnArrow;
    for (std::size_t part = before / kPart; part < now / kPart; ++part)
        demo::hand_in_frame("sender", "receiver",
                            "TCP, bytes up to " + std::to_string((part + 1) * kPart));
}

//#region lost
void by_udp() {
    const Ends ends = connected(SOCK_DGRAM);
    Message message{};
    int sent = 0;
    for (; sent < kMessages; ++sent) {
        number(message, sent);
        if (::send(ends.sender.get(), message.data(), message.size(), 0) == -1) break;  //@ 1
    }
    int received = 0;
    std::vector<bool> arrived(kMessages);
    for (; ::recv(ends.receiver.get(), message.data(), message.size(), MSG_DONTWAIT) > 0;
         ++received)  //@ 2
        arrived.at(number_of(message)) = true;
    std::printf("   sent without an error: %d; received: %d; lost: %d\n", sent, received,
                sent - received);
    draw_messages(arrived);
}
//#endregion lost

void by_tcp() {
    const Ends ends = connected(SOCK_STREAM);
    Message message{};
    std::size_t sent = 0, received = 0, out_of_place = 0, held_up = 0;
    while (received < kBytes) {
        for (std::size_t i = 0; i < message.size(); ++i) message[i] = pattern(sent + i);
        const ssize_t took = ::send(ends.sender.get(), message.data(),
                                    std::min(message.size(), kBytes - sent), MSG_DONTWAIT);
        if (took > 0) sent += static_cast<std::size_t>(took);
        if (took > 0) continue;
        if (sent < kBytes) ++held_up;  // no room: read first
        const ssize_t got = ::recv(ends.receiver.get(), message.data(), message.size(), 0);
        const std::size_t before = received;
        for (ssize_t i = 0; i < got; ++i, ++received)
            if (message[static_cast<std::size_t>(i)] != pattern(received)) ++out_of_place;
        if (out_of_place == 0) draw_stream(before, received);
    }
    std::printf("   sent: %zu; received: %zu; out of place: %zu; held up: %s\n", sent, received,
                out_of_place, held_up > 0 ? "yes" : "no");
}

}  // namespace

int main() {
    std::printf("1. %d messages by UDP; nobody reads until all are sent\n", kMessages);
    by_udp();
    waymark::demo::end_step();
    std::printf("2. as many bytes by TCP\n");
    by_tcp();
}
