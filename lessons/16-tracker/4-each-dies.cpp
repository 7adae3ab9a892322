// A receiver hands on to a store what a phone sends, and each of them is killed in the middle of
// it. The supervisor holds both doors and starts anew who has died; the phone sends again what was
// not acknowledged; the store knows a fix that it has. So twelve fixes are there, each once.
//
// Look at: who is killed, and what the phone has noticed of it.

#include <algorithm>
#include <set>

#include "house.hh"
#include "net/listener.hh"

using namespace waymark::demo;
using waymark::net::Address;
using waymark::net::Listener;

namespace {

constexpr std::size_t kFixes = 12;

Fd next_client(const Listener& door) {
    return Fd(::accept4(door.fd().get(), nullptr, nullptr, SOCK_CLOEXEC));
}

// The door's queue holds a client while nobody is behind the door (lesson 09).
std::string ask(const Address& server, const std::string& fix) {
    const Fd socket(::socket(server.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(socket.get(), server.data(), server.size()) == -1) return {};
    return send_text(socket, fix) ? receive_text(socket) : std::string();
}

//#region store-and-receiver
int store(const Listener& door, const Disk& disk) {
    for (;;) {
        const Fd receiver = next_client(door);
        const std::string fix = receive_text(receiver);
        if (!fix.empty() && !disk.has(fix)) disk.commit({fix});  //@ 1
        send_text(receiver, "OK");
    }
}

int receiver(const Listener& door, const Address& store) {
    for (;;) {
        const Fd phone = next_client(door);
        const std::string answer = ask(store, receive_text(phone));  //@ 2
        if (answer == "OK") send_text(phone, answer);                //@ 3
    }
}
//#endregion store-and-receiver

//#region phone
int phone(const Address& receiver, const Fd& told) {
    for (std::size_t number = 1; number <= kFixes; ++number) {
        const std::string fix = fmt::format("fix {}", number);
        while (ask(receiver, fix) != "OK") continue;  //@ 1
        send_text(told, fix);
    }
    return 0;
}
//#endregion phone

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const Disk disk;
    Listener to_receiver(Address::parse_ip("127.0.0.1").value());
    Listener to_store(Address::parse_ip("127.0.0.1").value());
    for (const Listener* door : {&to_receiver, &to_store})
        waymark::daemon::set_nonblocking(door->fd(), false);
    waymark::daemon::Children children;
    const auto start_store = [&] { return children.start([&] { return store(to_store, disk); }); };
    const auto start_receiver = [&] {
        return children.start([&] { return receiver(to_receiver, to_store.address()); });
    };
    pid_t store_pid = start_store();
    pid_t receiver_pid = start_receiver();
    waymark::daemon::SocketPair told = waymark::daemon::make_socket_pair(SOCK_SEQPACKET);
    children.start([&] { return phone(to_receiver.address(), told.second); });
    told.second.reset();
    std::set<std::string> acknowledged;
    for (std::string fix; !(fix = receive_text(told.first)).empty();) {
        acknowledged.insert(fix);
        if (fix == "fix 4") {
            kill_and_collect(children, store_pid);
            fmt::print("{} is acknowledged; kill -9 the store, and start another\n", fix);
            end_step();
            store_pid = start_store();
        } else if (fix == "fix 8") {
            kill_and_collect(children, receiver_pid);
            fmt::print("{} is acknowledged; kill -9 the receiver, and start another\n", fix);
            end_step();
            receiver_pid = start_receiver();
        }
    }
    const std::vector<std::string> lines = disk.lines();
    const std::set<std::string> each(lines.begin(), lines.end());
    fmt::print("the phone has {} acknowledged, and all of them are on the disk: {}\n",
               acknowledged.size(), std::ranges::includes(each, acknowledged) ? "yes" : "no");
    fmt::print("on the disk are {} lines, and {} different ones\n", lines.size(), each.size());
}
