// Wrong: at the limit the server sleeps until somebody leaves. While it sleeps it serves nobody,
// and does not see that somebody has left: so nobody ever leaves. Then: it accepts nobody, and
// serves.
//
// Look at how many are inside each time that the sleeper looks.

#include <vector>

#include "place.hh"

using namespace waymark::demo;

namespace {

constexpr std::size_t kSoft = 2;

// A real one looks for ever, a second each; here it is five times, and shorter.
bool sleep_until_room(const std::vector<Client>& clients) {
    for (int look = 1; look <= 5; ++look) {
        if (clients.size() < kSoft) return true;
        fmt::print("   look {}: {} inside, still full\n", look, clients.size());
        ::poll(nullptr, 0, 10);  // sleep(1)
    }
    return false;
}

// One turn: serve those inside, and accept only where there is room.
void take_a_turn(const Fd& listener, std::vector<Client>& clients) {
    pollfd ready[1 + kSoft] = {{clients.size() < kSoft ? listener.get() : -1, POLLIN, 0}};
    nfds_t count = 1;
    for (const Client& client : clients) ready[count++] = {client.socket.get(), POLLIN, 0};
    ::poll(ready, count, 10'000);
    serve(clients);
    if (ready[0].revents != 0) clients.push_back({accept_from(listener), {}});
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const Fd listener = listen_at("127.0.0.1", 10);
    const Address address = local_address(listener);
    std::vector<Client> clients;
    std::vector<Fd> peers;
    for (std::size_t i = 0; i < 3; ++i) peers.push_back(connect_from("127.0.0.2", address));
    while (clients.size() < kSoft) clients.push_back({accept_from(listener), {}});
    ask(peers[0]);
    peers[1].reset();
    ask(peers[2]);
    all_ready(clients);
    fmt::print("1. 2 places; 1 asks, 2 has left, 3 waits\n");
    end_step();
    fmt::print("2. the server sleeps until there is room\n");
    sleep_until_room(clients);
    fmt::print("   heard: client 1 {}, client 3 {}\n", heard(peers[0]), heard(peers[2]));
    end_step();
    fmt::print("3. it accepts nobody, and serves\n");
    for (int turn = 1; turn <= 3; ++turn) take_a_turn(listener, clients);
    fmt::print("   heard: client 1 {}", heard_at_last(peers[0]));
    fmt::print(", client 3 {}; {} inside\n", heard_at_last(peers[2]), clients.size());
    end_step();
}
