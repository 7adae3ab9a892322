// One port, two families: what a socket at :: hears is decided by IPV6_V6ONLY.
//
// Look at the peer of the client of IPv4 in step 1: it wears the clothes of IPv6. A rule for
// 127.0.0.1 does not know it. And at step 2: who is refused.

#include <cstddef>
#include <utility>
#include <vector>

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

void show_client(const Fd& server, const char* host) {
    const Address address = Address::parse(host).with_port(local_address(server).port());
    const Fd client = make_socket(address.family());
    if (const int error = try_connect(client, address)) {
        fmt::print("   a client to {}: {}\n", address.host_text(), error_text(error));
        return;
    }
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const Fd connection(
        check(::accept4(server.get(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC),
              "accept4"));
    fmt::print("   a client to {}: connected; its peer is {}\n", address.host_text(),
               Address(reinterpret_cast<sockaddr*>(&peer), size).host_text());
}

//#region families
Fd listen_at_all(bool only_ipv6) {
    Fd server = make_socket(AF_INET6);
    waymark::net::set_ipv6_only(server, only_ipv6);  // before bind
    check(try_bind(server, Address::parse("[::]:0")) == 0 ? 0 : -1, "bind");
    check(::listen(server.get(), 5), "listen");
    return server;
}
//#endregion families

int listen_beside(const Fd& server) {
    const Fd other = make_socket(AF_INET);
    return try_bind(other, Address::parse("0.0.0.0:0").with_port(local_address(server).port()));
}

// For IPv6 alone the kernel looks at IPv6 alone: for IPv4 another program may have the port. Then
// another one.
Fd listen_where_nobody_is(bool only_ipv6) {
    constexpr std::size_t kMostTries = 100;
    std::vector<Fd> passed_over;
    for (;;) {
        Fd server = listen_at_all(only_ipv6);
        if (!only_ipv6 || listen_beside(server) == 0 || passed_over.size() == kMostTries)
            return server;
        passed_over.push_back(std::move(server));
    }
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    for (const bool only_ipv6 : {false, true}) {
        const Fd server = listen_where_nobody_is(only_ipv6);
        fmt::print("{}. a listener at [::] with IPV6_V6ONLY {}\n", only_ipv6 ? 2 : 1,
                   only_ipv6 ? 1 : 0);
        show_client(server, "[::1]:0");
        show_client(server, "127.0.0.1:0");
        fmt::print("   0.0.0.0 at the same port: {}\n", in_words(listen_beside(server), "bound"));
        end_step();
    }
}
