// A descriptor is closed while epoll still watches it. If it was the last copy, epoll forgets it.
// If there is another copy (of dup(2), or in a child), epoll goes on reporting, with a number that
// nobody has any more, or that somebody else has now.
//
// Look at how often it is reported, at what EPOLL_CTL_DEL says, and for whom the report is taken.

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

constexpr int kRounds = 1000;  // the demo ends it there; a server would turn for ever

int reports(const Fd& epoll) {
    int count = 0;
    epoll_event event;
    for (int round = 0; round < kRounds; ++round)
        count += ::epoll_wait(epoll.get(), &event, 1, 0) == 1;
    return count;
}

// A client that has sent a byte, and is watched.
struct Watched {
    Fd epoll = make_epoll();
    SocketPair pair = waymark::daemon::make_socket_pair(SOCK_STREAM);
    int number = pair.second.get();

    Watched() {
        say(pair.first, "x");
        watch(epoll, pair.second, EPOLLIN);
    }
};

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    {
        Watched client;
        client.pair.second.reset();
        fmt::print("1. closed, no copy: reported {} times of {}\n", reports(client.epoll), kRounds);
        end_step();
    }
    Watched client;
    //#region copy
    const Fd copy(::dup(client.number));
    client.pair.second.reset();
    const int count = reports(client.epoll);
    const int removed = ::epoll_ctl(client.epoll.get(), EPOLL_CTL_DEL, client.number, nullptr);
    //#endregion copy
    const int error_number = removed == 0 ? 0 : errno;
    fmt::print("2. closed, a copy is open: reported {} times\n", count);
    fmt::print("   EPOLL_CTL_DEL: {}\n", error_number == 0 ? "done" : error_text(error_number));
    end_step();
    {
        const SocketPair next = waymark::daemon::make_socket_pair(SOCK_STREAM);
        const Fd& newcomer = next.first.get() == client.number ? next.first : next.second;
        epoll_event event{};
        const bool reported = ::epoll_wait(client.epoll.get(), &event, 1, 0) == 1;
        char byte;
        const ssize_t got = ::recv(event.data.fd, &byte, 1, MSG_DONTWAIT);
        const int error_of_recv = errno;
        fmt::print("3. a new client gets the number: {}\n",
                   newcomer.get() == client.number ? "yes" : "no");
        fmt::print("   reported: {}\n",
                   reported && event.data.fd == newcomer.get() ? "the new client" : "nobody");
        fmt::print("   its recv: {}\n", got == -1 ? error_text(error_of_recv) : "a byte");
        end_step();
    }
    Watched last;
    //#region cure
    ::epoll_ctl(last.epoll.get(), EPOLL_CTL_DEL, last.number, nullptr);
    const Fd another(::dup(last.number));
    last.pair.second.reset();
    //#endregion cure
    fmt::print("4. taken out, closed: reported {} times\n", reports(last.epoll));
    end_step();
}
