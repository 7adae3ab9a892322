#include "open_listeners.hh"

#include <fmt/core.h>

#include <string>
#include <utility>

#include "daemon/error.hh"
#include "net/inherited_sockets.hh"
#include "net/listener.hh"

namespace waymark::tracker {

using net::Address;

namespace {

std::vector<daemon::Fd> bind_all(const std::vector<Address>& wanted, std::vector<Address>& bound) {
    std::vector<daemon::Fd> sockets;
    for (const Address& address : wanted) {
        const net::Listener listener(address);
        bound.push_back(listener.address());
        sockets.push_back(listener.fd().duplicate());
    }
    return sockets;
}

// The socket, which must be one that listens; its address is added to `addresses`.
daemon::Fd adopted(daemon::Fd socket, std::vector<std::string>& addresses) {
    const net::Listener listener = net::Listener::adopt(std::move(socket));
    addresses.push_back(listener.address().to_string());
    return listener.fd().duplicate();
}

// Those that were given, or else those that are wanted, bound.
std::vector<daemon::Fd> given_or_bound(std::vector<daemon::Fd> given,
                                       const std::vector<Address>& wanted,
                                       std::vector<Address>& bound, std::vector<Address>& own) {
    if (!given.empty()) {
        bound = wanted;
        return given;
    }
    std::vector<daemon::Fd> sockets = bind_all(wanted, bound);
    own.insert(own.end(), bound.begin(), bound.end());
    return sockets;
}

}  // namespace

std::vector<int> GivenListeners::descriptors() const {
    std::vector<int> numbers;
    for (const auto* sockets : {&devices, &web})
        for (const daemon::Fd& socket : *sockets) numbers.push_back(socket.get());
    return numbers;
}

GivenListeners take_given_listeners(Settings& settings) {
    GivenListeners given;
    std::vector<std::string> devices, web;
    for (net::InheritedSocket& inherited : net::take_inherited_sockets()) {
        if (inherited.name == "devices")
            given.devices.push_back(adopted(std::move(inherited.socket), devices));
        else if (inherited.name == "web")
            given.web.push_back(adopted(std::move(inherited.socket), web));
        else
            throw daemon::UsageError(
                fmt::format("the service manager hands over a socket named '{}': say whether it is "
                            "for devices or web, by FileDescriptorName= in its unit",
                            inherited.name));
    }
    if (!devices.empty()) settings.listen_devices = devices;
    if (!web.empty()) settings.listen_web = web;
    return given;
}

OpenListeners open_listeners(const Settings& settings, GivenListeners given) {
    OpenListeners open;
    open.sockets.devices = given_or_bound(std::move(given.devices), settings.device_addresses(),
                                          open.devices, open.own);
    open.sockets.web =
        given_or_bound(std::move(given.web), settings.web_addresses(), open.web, open.own);
    open.sockets.nmea_listeners = bind_all(settings.nmea_addresses(), open.nmea);
    for (const Address& address : open.nmea)  // on the port that the kernel may have chosen
        open.sockets.nmea_datagrams.push_back(bind_datagrams(address));
    return open;
}

}  // namespace waymark::tracker
