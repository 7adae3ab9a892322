// Two rules and two peers. The rules are the same, and only their order changes.
//
// Look at: who is let in, and which rule is said to have decided.

#include "door.hh"
#include "net/access_list.hh"

using namespace waymark::demo;
using namespace waymark::net;

namespace {

void show(const char* rules) {
    const AccessList list = AccessList::parse(rules, Access::deny, "access.txt");
    for (const char* peer : {"127.0.0.66", "127.0.0.7", "::1"}) {
        const AccessList::Decision decision = list.decide(host(peer));
        fmt::print("   {:<11} {:<8} by \"{}\"\n", peer,
                   decision.access == Access::allow ? "gets in," : "denied,", decision.rule);
    }
    end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    fmt::print("1. allow 127.0.0.0/8, deny 127.0.0.66; default deny\n");
    show("allow 127.0.0.0/8\ndeny 127.0.0.66\n");
    fmt::print("2. deny 127.0.0.66, allow 127.0.0.0/8; default deny\n");
    show("deny 127.0.0.66\nallow 127.0.0.0/8\n");
}
