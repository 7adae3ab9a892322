// Slow senders hold all places: each sends a byte a second, of a request of a hundred. Wrong: a
// time-out that starts anew with each byte. Then one deadline for the request.
//
// The seconds are made: in each one every slow sender sends a byte, and the server takes a turn.
//
// Look at the second in which the good client gets a place.

#include <vector>

#include "place.hh"

using namespace waymark::demo;
using waymark::net::ConnectionGate;

namespace {

constexpr std::size_t kPlaces = 4;
constexpr int kPatience = 10;  // seconds
constexpr int kRequest = 100;  // bytes

struct Sender {
    Fd peer;  // the far end
    Client client;
    int bytes = 0;
    int patience_ends = kPatience;
};

// One turn, in this second: a byte has come, and whoever is too late goes.
void take_a_turn(std::vector<Sender>& senders, int second, bool each_byte) {
    for (Sender& sender : senders) {
        if (heard_at_last(sender.client.socket) != "?") continue;
        ++sender.bytes;
        if (each_byte) sender.patience_ends = second + kPatience;
    }
    std::erase_if(senders, [second](const Sender& sender) {
        return sender.bytes == kRequest || second >= sender.patience_ends;
    });
}

std::vector<Sender> fill(const Fd& listener, ConnectionGate& gate) {
    std::vector<Sender> senders;
    while (senders.size() < kPlaces) {
        Fd peer = connect_from("127.0.0.2", local_address(listener));
        Fd socket = accept_from(listener);
        ConnectionGate::Entry entry = gate.enter(waymark::net::peer_address(socket));
        senders.push_back({std::move(peer), {std::move(socket), std::move(entry.slot)}});
    }
    return senders;
}

// The second in which a place is free.
int wait_for_a_place(const Fd& listener, bool each_byte) {
    ConnectionGate gate(
        {.soft = kPlaces, .hard = kPlaces, .per_network = kPlaces, .early_drop = {}});
    std::vector<Sender> senders = fill(listener, gate);
    int second = 0;
    while (!gate.has_room() && second < 1000) {
        ++second;
        for (const Sender& sender : senders) ask(sender.peer);
        take_a_turn(senders, second, each_byte);
    }
    return second;
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const Fd listener = listen_at("127.0.0.1", 10);
    fmt::print("4 places, held by 4 that send a byte a second, of {}\n", kRequest);
    fmt::print("1. {} s for each byte\n", kPatience);
    fmt::print("   a place is free in second {}\n", wait_for_a_place(listener, true));
    end_step();
    fmt::print("2. {} s for the request\n", kPatience);
    fmt::print("   a place is free in second {}\n", wait_for_a_place(listener, false));
    end_step();
}
