// Two limits. From the soft one on the server accepts nobody else: who comes waits in the kernel's
// queue. A second door shares the gate and accepts all the same: at the hard limit it closes.
//
// Look at Recv-Q, at what those who wait have heard, and at the one who is refused.

#include <vector>

#include "place.hh"

using namespace waymark::demo;
using waymark::net::Admission;
using waymark::net::ConnectionGate;
using waymark::net::peer_address;

namespace {

//#region two-limits
void accept_while_room(const Fd& listener, ConnectionGate& gate, std::vector<Client>& clients) {
    while (gate.has_room() && waiting_at(listener) > 0) {  //@ 1
        Fd socket = accept_from(listener);
        ConnectionGate::Entry entry = gate.enter(peer_address(socket));  //@ 2
        if (entry.admission == Admission::refused) continue;             // closes it  //@ 3
        clients.push_back({std::move(socket), std::move(entry.slot)});   //@ 4
    }
}
//#endregion two-limits

// The second door: whoever comes there is asked about at once.
bool accept_anyway(const Fd& listener, ConnectionGate& gate, std::vector<Client>& clients) {
    Fd socket = accept_from(listener);
    ConnectionGate::Entry entry = gate.enter(peer_address(socket));
    if (entry.admission == Admission::refused) return false;
    clients.push_back({std::move(socket), std::move(entry.slot)});
    return true;
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const Fd door = listen_at("127.0.0.1", 100);
    const Fd second_door = listen_at("127.0.0.1", 100);
    ConnectionGate gate({.soft = 10, .hard = 12, .per_network = 100, .early_drop = {}});
    std::vector<Client> clients;
    std::vector<Fd> peers;
    for (int i = 0; i < 15; ++i) {
        peers.push_back(connect_from("127.0.0.2", local_address(door)));
        wait_until([&] { return waiting_at(door) > 0; });
        accept_while_room(door, gate, clients);
    }
    wait_until([&] { return waiting_at(door) == 5; });
    fmt::print("1. soft 10, hard 12; 15 clients come\n");
    fmt::print("   inside {}, Recv-Q {}, refused 0\n", gate.count(), waiting_at(door));
    fmt::print("   the last one has heard: {}\n", heard(peers.back()));
    end_step();
    clients.erase(clients.begin());
    accept_while_room(door, gate, clients);
    fmt::print("2. one leaves\n");
    fmt::print("   inside {}, Recv-Q {}\n", gate.count(), waiting_at(door));
    end_step();
    fmt::print("3. three come to a second door\n");
    for (int i = 0; i < 3; ++i) {
        const Fd peer = connect_from("127.0.0.3", local_address(second_door));
        const bool let_in = accept_anyway(second_door, gate, clients);
        fmt::print("   inside {}, this one has heard: {}\n", gate.count(),
                   let_in ? heard(peer) : heard_at_last(peer));
    }
    end_step();
    clients.clear();
    fmt::print("4. all leave\n   inside {}\n", gate.count());
}
