#include "open_listeners.hh"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
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
                                       std::vector<Address>& bound,
                                       std::vector<net::SocketFile>& files) {
    if (!given.empty()) {
        bound = wanted;
        return given;
    }
    std::vector<daemon::Fd> sockets = bind_all(wanted, bound);
    for (const Address& address : bound) files.emplace_back(address);
    return sockets;
}

}  // namespace

std::vector<int> GivenListeners::descriptors() const {
    std::vector<int> numbers;
    for (const auto* sockets : {&devices, &devices_tls, &web})
        for (const daemon::Fd& socket : *sockets) numbers.push_back(socket.get());
    return numbers;
}

GivenListeners take_given_listeners(Settings& settings) {
    GivenListeners given;
    const Settings usual;
    struct Kind {
        std::string_view name;
        std::vector<daemon::Fd>& sockets;
        std::vector<std::string>& setting;
        const std::vector<std::string>& unless_said;
        std::vector<std::string> addresses = {};
    };
    Kind kinds[] = {
        {"devices", given.devices, settings.listen_devices, usual.listen_devices},
        {"devices-tls", given.devices_tls, settings.listen_devices_tls, usual.listen_devices_tls},
        {"web", given.web, settings.listen_web, usual.listen_web}};
    for (net::InheritedSocket& inherited : net::take_inherited_sockets()) {
        const auto kind = std::ranges::find(kinds, inherited.name, &Kind::name);
        if (kind == std::end(kinds))
            throw daemon::UsageError(fmt::format(
                "the service manager hands over a socket named '{}': say whether it is for "
                "devices, devices-tls or web, by FileDescriptorName= in its unit",
                inherited.name));
        kind->sockets.push_back(adopted(std::move(inherited.socket), kind->addresses));
    }
    for (Kind& kind : kinds) {
        if (kind.addresses.empty()) continue;
        if (kind.setting != kind.unless_said && kind.setting != kind.addresses)
            given.overruled.push_back(fmt::format("listen-{}", kind.name));
        kind.setting = std::move(kind.addresses);
    }
    return given;
}

OpenListeners open_listeners(const Settings& settings, GivenListeners given) {
    OpenListeners open;
    open.sockets.devices = given_or_bound(std::move(given.devices), settings.device_addresses(),
                                          open.served.devices, open.files);
    open.sockets.devices_tls =
        given_or_bound(std::move(given.devices_tls), settings.device_tls_addresses(),
                       open.served.devices_tls, open.files);
    open.sockets.web =
        given_or_bound(std::move(given.web), settings.web_addresses(), open.served.web, open.files);
    open.sockets.nmea_listeners = bind_all(settings.nmea_addresses(), open.nmea);
    for (const Address& address : open.nmea)  // on the port that the kernel may have chosen
        open.sockets.nmea_datagrams.push_back(bind_datagrams(address));
    open.overruled = std::move(given.overruled);
    return open;
}

void warn_of_overruled(const OpenListeners& open, daemon::Log& log) {
    for (const std::string& setting : open.overruled)
        log.warning(
            "{}: it does not count, because a service manager has opened other addresses: change "
            "its socket unit ('systemctl list-sockets' names it, 'systemctl edit' changes it)",
            setting);
}

}  // namespace waymark::tracker
