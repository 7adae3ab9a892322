// The first list of who may come is the address that a server is bound to. One server at 0.0.0.0,
// and one at 127.0.0.2 only; clients try three addresses of this machine. On a machine with a card
// for the office and one for the world it is the same with theirs.
//
// Look at: who is refused, and that the server does nothing for it.

#include "door.hh"
#include "net/port_under_test.hh"

using namespace waymark::demo;
using waymark::net::HeldPort;

namespace {

void knock(const char* address, std::uint16_t port) {
    const Fd client = connect_from({}, host(address).with_port(port));
    fmt::print("   to {}: {}\n", address,
               client ? "connected" : waymark::daemon::error_text(errno));
    end_step();
}

void show(int number, const char* address) {
    const HeldPort port;  // the kernel's choice, and no other program has it at the other addresses
    const Listener server(host(address).with_port(port.number()));
    fmt::print("{}. a server at {}\n", number, address);
    for (const char* here : {"127.0.0.1", "127.0.0.2", "127.0.0.3"}) knock(here, port.number());
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    show(1, "0.0.0.0");
    show(2, "127.0.0.2");
}
