// Slow readers hold all places: each takes at most two thousand bytes a second of an answer of a
// hundred thousand. Wrong: a time-out that starts anew with each write that got something away.
// Then one deadline for the answer.
//
// The seconds are made: in each one the server takes a turn, and every slow reader reads.
//
// Look at the second in which a place is free, and at what lies unsent.

#include <algorithm>
#include <vector>

#include "place.hh"

using namespace waymark::demo;
using waymark::net::ConnectionGate;

namespace {

constexpr std::size_t kPlaces = 4;
constexpr int kPatience = 10;  // seconds
constexpr std::size_t kAnswer = 100'000;
constexpr std::size_t kSip = 2'000;
constexpr int kSmallBuffer = 4096;

struct Reader {
    Fd peer;  // the far end
    Client client;
    std::size_t sent = 0;
    int patience_ends = kPatience;
};

void make_small(const Fd& socket, int option) {
    check(::setsockopt(socket.get(), SOL_SOCKET, option, &kSmallBuffer, sizeof kSmallBuffer),
          "setsockopt");
}

// As much as the kernel takes now.
std::size_t write_on(Reader& reader) {
    const std::string rest(kAnswer - reader.sent, 'a');
    const ssize_t count =
        ::send(reader.client.socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count <= 0) return 0;
    reader.sent += static_cast<std::size_t>(count);
    return static_cast<std::size_t>(count);
}

// One turn, in this second: what fits is written, and whoever is too late goes.
void take_a_turn(std::vector<Reader>& readers, int second, bool each_write) {
    for (Reader& reader : readers) {
        const std::size_t written = write_on(reader);
        if (each_write && written > 0) reader.patience_ends = second + kPatience;
    }
    std::erase_if(readers, [second](const Reader& reader) {
        return reader.sent == kAnswer || second >= reader.patience_ends;
    });
}

// Reads what it takes in a second. In some of them less has come: the window opens in pieces, so
// all of it takes sixty seconds and not fifty.
void sip(const Fd& peer) {
    char bytes[kSip];
    pollfd ready{peer.get(), POLLIN, 0};
    ::poll(&ready, 1, 10'000);
    check(::recv(peer.get(), bytes, sizeof bytes, MSG_DONTWAIT), "recv");
}

std::vector<Reader> fill(const Fd& listener, ConnectionGate& gate) {
    std::vector<Reader> readers;
    while (readers.size() < kPlaces) {
        Fd peer = make_socket(Address::parse("127.0.0.2:0"));
        make_small(peer, SO_RCVBUF);  // before it connects, or the first window is larger
        const Address server = local_address(listener);
        check(::connect(peer.get(), server.data(), server.size()), "connect");
        Fd socket = accept_from(listener);
        make_small(socket, SO_SNDBUF);
        ConnectionGate::Entry entry = gate.enter(waymark::net::peer_address(socket));
        readers.push_back({std::move(peer), {std::move(socket), std::move(entry.slot)}});
    }
    return readers;
}

// The second in which a place is free.
int wait_for_a_place(const Fd& listener, bool each_write) {
    ConnectionGate gate(
        {.soft = kPlaces, .hard = kPlaces, .per_network = kPlaces, .early_drop = {}});
    std::vector<Reader> readers = fill(listener, gate);
    int second = 0;
    while (!gate.has_room() && second < 1000) {
        ++second;
        take_a_turn(readers, second, each_write);
        if (second == kPatience - 1) {
            fmt::print("   second {}: {} inside\n", second, gate.count());
            end_step();
        }
        for (const Reader& reader : readers) sip(reader.peer);
    }
    return second;
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const Fd listener = listen_at("127.0.0.1", 10);
    fmt::print("4 places, 4 who read {} bytes/s of {}\n", kSip, kAnswer);
    fmt::print("1. {} s for each write\n", kPatience);
    fmt::print("   a place is free in second {}\n", wait_for_a_place(listener, true));
    end_step();
    fmt::print("2. {} s for the answer\n", kPatience);
    fmt::print("   a place is free in second {}\n", wait_for_a_place(listener, false));
    end_step();
}
