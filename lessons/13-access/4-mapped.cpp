// Wrong: the address that accept told is compared as it came. At a socket for both families an IPv4
// peer comes as ::ffff:a.b.c.d, and a rule that denies it as IPv4 does not know it.
//
// Look at: the peer, and what the same rule says of it before and after it is unmapped.

#include "door.hh"
#include "net/access_list.hh"

using namespace waymark::demo;

namespace {

//#region mapped
bool denied_as_it_came(const Address& peer) {
    return peer.same_host(host("127.0.0.66"));  //@ 1
}

bool denied_by_list(const Address& peer) {
    using namespace waymark::net;
    static const AccessList list =
        AccessList::parse("deny 127.0.0.66\n", Access::allow, "access.txt");
    return !list.allows(peer);  // unmaps first  //@ 2
}
//#endregion mapped

void show(int number, const char* at, const char* to) {
    Listener server(Address::parse(fmt::format("{}:0", at)));
    const Fd client = connect_from(host("127.0.0.66"), host(to).with_port(server.address().port()));
    const waymark::net::AcceptResult accepted = server.accept_one();
    const Address& peer = accepted.peer;
    fmt::print("{}. at {}: the peer is {}\n", number, at, peer.host_text());
    fmt::print("   as it came:    {}\n", denied_as_it_came(peer) ? "denied" : "gets in");
    fmt::print("   by AccessList: {}\n", denied_by_list(peer) ? "denied" : "gets in");
    end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    fmt::print("deny 127.0.0.66; it comes\n");
    show(1, "0.0.0.0", "127.0.0.1");
    show(2, "[::]", "127.0.0.1");
}
