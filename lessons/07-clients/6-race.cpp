// Right: the same four addresses by RFC 8305. Each begins 250 ms after the one before, or at once
// when one has failed; the first that answers has won, and the others are closed. The loop here is
// that of connect_to_any, with lines printed.
//
// Look at: when each address begins, and how many sockets are open at the end.

#include <poll.h>

#include <chrono>
#include <cstdio>
#include <vector>

#include "lessons/course/end_step.hh"
#include "net/connect_attempts.hh"
#include "net/silent_under_test.hh"

namespace {

using namespace waymark::net;
using namespace std::chrono_literals;
using Clock = Deadline::Clock;

void print_time(Clock::time_point start) {
    std::printf("   %4.2f s  ", std::chrono::duration<double>(Clock::now() - start).count());
}

//#region race
ConnectResult race(const std::vector<Address>& addresses) {
    const Clock::time_point start = Clock::now();
    ConnectAttempts attempts(addresses, Deadline::after(5s));  // one for all of them  //@ 1
    for (attempts.advance(); !attempts.is_over(); attempts.advance()) {  //@ 2
        std::vector<pollfd> waiting;
        for (const Fd* socket : attempts.waiting()) waiting.push_back({socket->get(), POLLOUT, 0});
        print_time(start);
        std::printf("%zu under way\n", waiting.size());
        ::poll(waiting.data(), waiting.size(), attempts.look_again().poll_timeout());  //@ 3
    }
    print_time(start);
    return attempts.take_result(SocketMode::blocking);  //@ 4
}
//#endregion race

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    const SilentServer first;
    const SilentServer second;
    // A connection to everybody is none: the kernel says at once that there is no way.
    const Address without_way = Address::parse("127.255.255.255:80");
    const Server good = make_server("127.0.0.1:0");
    const int before = waymark::daemon::count_open_descriptors();
    std::puts("1. four addresses, one deadline");
    const ConnectResult result =
        race({first.server.address, second.server.address, without_way, good.address});
    std::printf("%s\n",
                result.address == good.address ? "connected to address 4" : "not connected");
    for (const ConnectFailure& failure : result.failures)
        std::printf("           address %d: %s\n", failure.address == without_way ? 3 : 0,
                    failure.status == ConnectStatus::unreachable ? "no way" : "else");
    std::printf("2. sockets of the race that are open: %d\n",
                waymark::daemon::count_open_descriptors() - before);
    waymark::demo::end_step();
}
