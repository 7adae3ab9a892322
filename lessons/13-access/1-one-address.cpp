// The first list of who may come is the address that a server is bound to. One server at 0.0.0.0,
// and one at 127.0.0.2 only; clients try three addresses of this machine. On a machine with a card
// for the office and one for the world it is the same with theirs.
//
// Look at: who is refused, and that the server does nothing for it.

#include "door.hh"

using namespace waymark::demo;

namespace {

void knock(const char* address, std::uint16_t port) {
    const Fd client = connect_from({}, host(address).with_port(port));
    fmt::print("   to {}: {}\n", address,
               client ? "connected" : waymark::daemon::error_text(errno));
    end_step();
}

void show(int number, const char* address) {
    const Listener server(host(address));  // port 0: the kernel chooses
    fmt::print("{}. a server at {}\n", number, address);
    for (const char* here : {"127.0.0.1", "127.0.0.2", "127.0.0.3"})
        knock(here, server.address().port());
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    show(1, "0.0.0.0");
    show(2, "127.0.0.2");
}
