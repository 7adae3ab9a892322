// Level against edge. Level-triggered epoll tells that a socket is ready for as long as it is;
// edge-triggered it tells once, when something comes.
//
// Wrong: told once, and not everything is read. Then wrong the other way: everything is read, from
// a client that always has more. Look at what lies unread, and at when client B has its turn.

#include <deque>

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

constexpr int kMost = 10'000;  // the demo ends it there; a server would not
constexpr int kTurn = 64;

ssize_t read_four(const Fd& socket) {
    char bytes[4];
    return ::recv(socket.get(), bytes, sizeof bytes, MSG_DONTWAIT);
}

//#region told
int serve_while_told(const Fd& epoll, const Fd& client) {
    int told = 0;
    epoll_event event;
    while (::epoll_wait(epoll.get(), &event, 1, 0) == 1) {
        ++told;
        read_four(client);  // and not until EAGAIN
    }
    return told;
}
//#endregion told

void tell(int number, const char* name, std::uint32_t events) {
    const SocketPair pair = connect_for_a_step();
    const Fd epoll = make_epoll();
    watch(epoll, pair.second, events);
    say(pair.first, "0123456789");
    has_come(pair.second);
    const int told = serve_while_told(epoll, pair.second);
    fmt::print("{}. {}: 10 bytes have come, we read 4\n", number, name);
    fmt::print("   told {}; unread: {}\n", told == 1 ? "once" : fmt::format("{} times", told),
               unread(pair.second));
    end_step();
}

// Client A sends four more whenever we have read four. B has said one word.
struct Clients {
    SocketPair a = connect_for_a_step();
    SocketPair b = connect_for_a_step();
    int reads = 0;

    bool read_from_a() {
        if (reads == kMost || read_four(a.second) <= 0) return false;
        ++reads;
        say(a.first, "more");
        has_come(a.second);
        return true;
    }
};

//#region endless
void drain(Clients& clients) {
    while (clients.read_from_a()) {  // until EAGAIN, as the manual says
    }
    read_four(clients.b.second);
}
//#endregion endless

//#region turns
void drain_in_turns(Clients& clients) {
    std::deque<char> ready = {'a', 'b'};  // told, and not yet drained
    while (!ready.empty()) {
        const char client = ready.front();
        ready.pop_front();
        if (client == 'b') return (void)read_four(clients.b.second);
        int left = kTurn;
        while (left > 0 && clients.read_from_a()) --left;
        if (left == 0) ready.push_back('a');  // still ready: nobody tells us again
    }
}
//#endregion turns

void show(int number, const char* how, void (*serve)(Clients&)) {
    Clients clients;
    say(clients.a.first, "word");
    say(clients.b.first, "word");
    has_come(clients.a.second);
    has_come(clients.b.second);
    serve(clients);
    fmt::print("{}. A always has more; {}\n   B's turn came after {} reads of A\n", number, how,
               clients.reads);
    end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    tell(1, "edge", EPOLLIN | EPOLLET);
    tell(2, "level", EPOLLIN);
    show(3, "A is drained", drain);
    show(4, "64 a turn", drain_in_turns);
}
