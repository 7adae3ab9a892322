// Wrong: a count that is put up at the start, and down at the end of what goes well. Who sends
// nonsense ends it by a return in the middle. Then the same with a slot, which ends with its scope.
//
// Look at the count when nobody is inside.

#include <optional>

#include "place.hh"

using namespace waymark::demo;
using waymark::net::ConnectionGate;
using waymark::net::GateLimits;

namespace {

constexpr int kPlaces = 5;
int inside = 0;

//#region drift
bool serve_counted(const Fd& client) {
    if (inside >= kPlaces) return false;
    ++inside;                                        //@ 1
    if (heard_at_last(client) != "?") return false;  //@ 2
    ::send(client.get(), "ok", 2, MSG_NOSIGNAL);
    --inside;  //@ 3
    return true;
}
//#endregion drift

bool serve_with_slot(const Fd& client, ConnectionGate& gate) {
    const ConnectionGate::Entry entry = gate.enter(waymark::net::peer_address(client));
    if (!entry.slot) return false;
    if (heard_at_last(client) != "?") return false;
    ::send(client.get(), "ok", 2, MSG_NOSIGNAL);
    return true;
}

// Connects, says this, and tells what came back.
template <typename Serve>
std::string come(const Fd& listener, const char* text, Serve serve_one) {
    const Fd peer = connect_from("127.0.0.2", local_address(listener));
    check(::send(peer.get(), text, 1, MSG_NOSIGNAL), "send");
    {
        const Fd client = accept_from(listener);
        serve_one(client);
    }
    return heard_at_last(peer) == "ok" ? "ok" : "closed";
}

template <typename Serve, typename Count>
void let_them_come(int number, const Fd& listener, Serve serve_one, Count count) {
    for (int i = 0; i < kPlaces; ++i) come(listener, "x", serve_one);
    fmt::print("   after {} that sent nonsense and left: {} counted\n", kPlaces, count());
    fmt::print("   a good client has heard: {}\n", come(listener, "?", serve_one));
    fmt::print("{}. nobody is inside, and counted are {}\n", number, count());
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const Fd listener = listen_at("127.0.0.1", 10);
    fmt::print("1. counted up and down by hand, {} places\n", kPlaces);
    let_them_come(2, listener, serve_counted, [] { return inside; });
    end_step();
    ConnectionGate gate(
        {.soft = kPlaces, .hard = kPlaces, .per_network = kPlaces, .early_drop = {}});
    fmt::print("3. with a slot\n");
    let_them_come(
        4, listener, [&](const Fd& client) { return serve_with_slot(client, gate); },
        [&] { return gate.count(); });
    end_step();
}
