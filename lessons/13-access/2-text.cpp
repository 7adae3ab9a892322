// Wrong: a list of texts that the peer's address may begin with. It was tried with the machine that
// may come and with one that may not, and it worked.
//
// Look at: who else gets in by "127.0.0.1".

#include <string_view>

#include "door.hh"
#include "net/access_list.hh"

using namespace waymark::demo;

namespace {

//#region text
bool allowed_by_text(const Address& peer) {
    return peer.host_text().starts_with("127.0.0.1");  //@ 1
}

bool allowed_by_bits(const Address& peer) {
    using namespace waymark::net;
    static const AccessList list =
        AccessList::parse("allow 127.0.0.1\n", Access::deny, "access.txt");  //@ 2
    return list.allows(peer);
}
//#endregion text

void show(const char* how, bool (*allowed)(const Address&)) {
    Listener server(host("127.0.0.1"));
    fmt::print("{}\n", how);
    for (const char* from : {"127.0.0.1", "127.0.0.2", "127.0.0.10", "127.0.0.199"}) {
        const Fd client = connect_from(host(from), server.address());
        const waymark::net::AcceptResult accepted = server.accept_one();
        fmt::print("   {:<12} {}\n", accepted.peer.host_text(),
                   allowed(accepted.peer) ? "gets in" : "is turned away");
    }
    end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    show("1. begins with \"127.0.0.1\"", allowed_by_text);
    show("2. allow 127.0.0.1, bit by bit", allowed_by_bits);
}
