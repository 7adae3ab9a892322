#include "listeners.hh"

#include <fmt/core.h>

#include <cstdio>
#include <utility>

#include "net/inherited_sockets.hh"

namespace waymark::httpd {

std::vector<net::Listener> open_listeners(const Options& options,
                                          std::vector<net::SocketFile>& files) {
    std::vector<net::Listener> listeners;
    for (net::InheritedSocket& inherited : net::take_inherited_sockets())
        listeners.push_back(net::Listener::adopt(std::move(inherited.socket)));
    if (!listeners.empty()) return listeners;
    for (const net::Address& address : options.listen) {
        listeners.emplace_back(address);
        files.emplace_back(listeners.back().address());
    }
    return listeners;
}

void tell_addresses(const std::vector<net::Listener>& listeners, bool is_secured) {
    for (const net::Listener& listener : listeners)
        fmt::print("listening on {}://{}/\n", is_secured ? "https" : "http",
                   listener.address().to_string());
    std::fflush(stdout);
}

}  // namespace waymark::httpd
