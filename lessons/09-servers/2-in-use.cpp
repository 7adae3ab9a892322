// The wrong way: a server without SO_REUSEADDR. It ends, it is started again, and its address is in
// use, by nobody who could be found. Who hangs up first keeps the connection for a minute, in the
// state TIME_WAIT, and with it the port.
//
// Look at steps 3 and 6, and at step 7: the option lets the server in, and still no second one
// beside it. (Both must have it, the server before and the new one: Linux asks the connection in
// TIME_WAIT.)

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <cstring>

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

// Whether the connection between the two is in TIME_WAIT, by the word of the kernel (sock_diag(7)).
// Nobody has a descriptor of it any more that could be asked.
bool in_time_wait(const Address& server, const Address& client) {
    struct {
        nlmsghdr header;
        inet_diag_req_v2 about;
    } request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = NLM_F_REQUEST;
    request.about.sdiag_family = AF_INET;
    request.about.sdiag_protocol = IPPROTO_TCP;
    request.about.idiag_states = ~0U;
    inet_diag_sockid& who = request.about.id;
    who.idiag_sport = ::htons(server.port());
    who.idiag_dport = ::htons(client.port());
    std::memcpy(who.idiag_src, server.ip_bytes().data(), 4);
    std::memcpy(who.idiag_dst, client.ip_bytes().data(), 4);
    who.idiag_cookie[0] = who.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    const Fd kernel(
        check(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), "socket"));
    check(::send(kernel.get(), &request, sizeof request, 0), "send");
    struct {
        nlmsghdr header;
        inet_diag_msg found;
        char more[1000];
    } answer{};
    check(::recv(kernel.get(), &answer, sizeof answer, 0), "recv");
    return answer.header.nlmsg_type == SOCK_DIAG_BY_FAMILY &&
           answer.found.idiag_state == TCP_TIME_WAIT;
}

int start(const Address& address, bool reuse) {
    const Fd server = make_socket();
    if (reuse) waymark::net::allow_address_reuse(server);
    if (const int error = try_bind(server, address)) return error;
    return ::listen(server.get(), 5) == 0 ? 0 : errno;
}

struct Ended {
    Address server;
    Address client;
};

// Serves one client and hangs up first.
Ended serve_one(int number, bool reuse) {
    const Fd server = make_socket();
    if (reuse) waymark::net::allow_address_reuse(server);
    check(try_bind(server, Address::parse("127.0.0.1:0")) == 0 ? 0 : -1, "bind");
    check(::listen(server.get(), 5), "listen");
    const Fd client = connect_to(local_address(server));
    Fd connection = accept_from(server);
    fmt::print("{}. a server {} SO_REUSEADDR, and a client\n", number,
               reuse ? "with" : "without");
    end_step();
    connection.reset();
    char byte;
    (void)!::read(client.get(), &byte, 1);  // until the end, which is the server's
    return {local_address(server), local_address(client)};
}

void show_one(int number, bool reuse) {
    const Ended ended = serve_one(number, reuse);
    const bool waits = wait_until([&] { return in_time_wait(ended.server, ended.client); });
    fmt::print("{}. it has hung up first, and has ended\n", number + 1);
    fmt::print("   its connection is {}\n", waits ? "in TIME_WAIT" : "gone");
    end_step();
    fmt::print("{}. it is started again\n   bind: {}\n", number + 2,
               in_words(start(ended.server, reuse), "done"));
    end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    show_one(1, false);
    show_one(4, true);
    const Fd first = make_socket();
    waymark::net::allow_address_reuse(first);
    check(try_bind(first, Address::parse("127.0.0.1:0")) == 0 ? 0 : -1, "bind");
    check(::listen(first.get(), 5), "listen");
    fmt::print("7. one listens, and a second one is started\n   bind: {}\n",
               in_words(start(local_address(first), true), "done"));
    end_step();
}
