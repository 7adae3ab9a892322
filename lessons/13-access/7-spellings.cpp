// Wrong: the old function for addresses. inet_aton takes one to four numbers, decimal, octal with a
// leading zero and hexadecimal with 0x, and the last one fills all that is left; so do browsers,
// ping and curl. Who reads the list reads decimal numbers.
//
// Look at: which address a text becomes, and what AccessList says.

#include <arpa/inet.h>

#include "door.hh"
#include "net/access_list.hh"

using namespace waymark::demo;

namespace {

std::string by_inet_aton(const char* text) {
    in_addr address{};
    if (::inet_aton(text, &address) == 0) return "refused";
    char full[INET_ADDRSTRLEN];
    return ::inet_ntop(AF_INET, &address, full, sizeof full);
}

std::string by_access_list(const std::string& text) try {
    using namespace waymark::net;
    AccessList::parse("allow " + text, Access::deny, "access.txt");
    return "taken";
} catch (const waymark::daemon::UsageError&) {
    return "refused";
}

void show(const char* title, std::initializer_list<const char*> texts) {
    fmt::print("{}\n   {:<16} {:<12} {}\n", title, "", "inet_aton", "AccessList");
    for (const char* text : texts)
        fmt::print("   {:<16} {:<12} {}\n", text, by_inet_aton(text), by_access_list(text));
    end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    show("1. as people write it", {"127.0.0.1"});
    show("2. the same address, in disguise", {"127.1", "0177.0.0.1", "0x7f000001", "2130706433"});
    show("3. an address that looks like another", {"010.0.0.1", "192.168.010.1", "10.1"});
    show("4. with words behind it", {"127.0.0.1 or not"});
}
