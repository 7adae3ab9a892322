// Wrong: a name with four addresses, tried one after the other, each with a time-out of two
// seconds. The first two do not answer, to the third there is no way, and the fourth is a server.
//
// Look at: the server would have answered at once, and is asked after four seconds.

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "lessons/course/end_step.hh"
#include "net/connect.hh"
#include "net/silent_under_test.hh"

namespace {

using namespace waymark::net;
using namespace std::chrono_literals;
using Clock = Deadline::Clock;

//#region one-by-one
ConnectResult connect_one_by_one(const std::vector<Address>& addresses) {
    const Clock::time_point start = Clock::now();
    ConnectResult result{};
    for (const Address& address : addresses) {  //@ 1
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        std::printf("   %3.1f s  to address %d\n", seconds,
                    static_cast<int>(&address - addresses.data()) + 1);
        result = connect_to(address, Deadline::after(2s));  // a new deadline each time  //@ 2
        if (result.socket) break;                           //@ 3
        std::printf("          %s\n",
                    result.status == ConnectStatus::unreachable ? "no way" : "no answer");
    }
    return result;
}
//#endregion one-by-one

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    const SilentServer first;
    const SilentServer second;
    // A connection to everybody is none: the kernel says at once that there is no way.
    const Address without_way = Address::parse("127.255.255.255:80");
    const Server good = make_server("127.0.0.1:0");
    std::puts("1. four addresses, two seconds for each");
    const ConnectResult result = connect_one_by_one(
        {first.server.address, second.server.address, without_way, good.address});
    std::printf("2. %s\n", result.socket ? "connected" : "not connected");
    waymark::demo::end_step();
}
