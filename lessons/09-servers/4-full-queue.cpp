// More clients than the backlog has room for, and a server that does not come to accept. Nobody is
// refused: the kernel drops what it has no room for, and the client sends it again, a second later,
// and later less and less often. It believes that the network is slow.
//
// Look at the two numbers of the listener, which ss -ltn shows as Recv-Q and Send-Q, and at the
// clients: those with room are connected, although nobody has accepted them.

#include <array>

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

//#region so-many
constexpr int kBacklog = 2;
constexpr int kClients = 6;
//#endregion so-many

bool is_connected(const Fd& client) {
    return info_of(client).tcpi_state == TCP_ESTABLISHED;
}

int count_connected(const std::array<Fd, kClients>& clients) {
    int count = 0;
    for (const Fd& client : clients) count += is_connected(client);
    return count;
}

// As ss -ltn shows it.
void print_queue(const Fd& server) {
    fmt::print("   LISTEN  Recv-Q {}  Send-Q {}\n", waiting_at(server), backlog_of(server));
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    //#region full-queue
    const Fd server = listen_at(Address::parse("127.0.0.1:0"), kBacklog);  //@ 1
    std::array<Fd, kClients> clients;
    for (Fd& client : clients) {
        client = make_socket();
        waymark::daemon::set_nonblocking(client, true);
        try_connect(client, local_address(server));  // and wait for the answer elsewhere  //@ 2
        // Linux has room for one more than the backlog: so it always was.
        if (waiting_at(server) <= kBacklog) wait_until([&] { return is_connected(client); });
    }
    //#endregion full-queue
    wait_until([&] { return waiting_at(server) == kBacklog + 1; });
    fmt::print("1. a backlog of {}, {} clients, nobody accepts\n", kBacklog, kClients);
    print_queue(server);
    fmt::print("   connected: {}; connecting: {}; refused: 0\n", count_connected(clients),
               kClients - count_connected(clients));
    end_step();
    const Fd accepted = accept_from(server);
    wait_until([&] { return count_connected(clients) > kBacklog + 1; });
    fmt::print("2. one is accepted; others ask again\n");
    fmt::print("   connected: {}\n", count_connected(clients));
    print_queue(server);
    end_step();
}
