// One request, seen on the link: every frame that it takes, a line for each layer. Client and
// server are this program; the network is its own, so nothing else speaks on it.
//
// Look at: who speaks first, how many frames there are for one request, and how many bytes of a
// frame the program has asked for.

#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string_view>
#include <vector>

#include "lessons/course/end_step.hh"
#include "net/frame_layers.hh"
#include "own_network.hh"
#include "segment_arrow.hh"

namespace {

using namespace waymark;
using daemon::check;
using daemon::Fd;

constexpr std::uint16_t kServerPort = 80, kClientPort = 5000;

//#region layers
std::size_t show_frames(const demo::OwnNetwork& network, demo::SegmentArrows& arrows) {
    std::size_t frames = 0;
    for (;; ++frames) {
        const std::vector<std::uint8_t> bytes = network.next_frame();
        if (bytes.empty()) return frames;
        const net::Layers layers = net::read_frame(bytes);  //@ 1
        arrows.hand_in(layers);
        fmt::print("frame of {} bytes\n", bytes.size());
        for (const net::Layer& layer : layers.headers)
            fmt::print("  {}\n", net::to_string(layer));                                  //@ 2
        if (!layers.data.empty()) fmt::print("  {}\n", net::data_text(layers.data, 24));  //@ 3
    }
}
//#endregion layers

// Windows as bytes, and not as multiples that the first two frames agree on: easier to read, and
// the same on all machines (tcp(7), tcp_window_scaling; each network has its own).
void leave_windows_unscaled() {
    const Fd setting(::open("/proc/sys/net/ipv4/tcp_window_scaling", O_WRONLY | O_CLOEXEC));
    if (setting) (void)!::write(setting.get(), "0", 1);
}

void send(const Fd& socket, std::string_view text) {
    check(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL), "send");
}

void receive(const Fd& socket) {
    std::array<char, 1000> buffer;
    check(::recv(socket.get(), buffer.data(), buffer.size(), 0), "recv");
}

}  // namespace

int main() {
    const demo::OwnNetwork network;
    demo::SegmentArrows arrows(kServerPort);
    leave_windows_unscaled();
    const sockaddr_in place = demo::loopback(kServerPort), from = demo::loopback(kClientPort);
    const auto* address = reinterpret_cast<const sockaddr*>(&place);
    const Fd listener(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    check(::bind(listener.get(), address, sizeof place), "bind");
    check(::listen(listener.get(), 1), "listen");
    Fd client(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));

    check(::bind(client.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from), "bind");

    fmt::print("1. connect\n");
    check(::connect(client.get(), address, sizeof place), "connect");
    Fd server(check(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept"));
    std::size_t frames = show_frames(network, arrows);
    demo::end_step();

    fmt::print("2. the request, 18 bytes, and its answer\n");
    send(client, "GET / HTTP/1.0\r\n\r\n");
    receive(server);
    send(server, "HTTP/1.0 200 OK\r\n\r\nhello\n");
    receive(client);
    frames += show_frames(network, arrows);
    demo::end_step();

    fmt::print("3. close\n");
    server.reset();
    client.reset();
    frames += show_frames(network, arrows);
    fmt::print("{} frames for one request\n", frames);
}
