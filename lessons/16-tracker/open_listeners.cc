#include "open_listeners.hh"

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

}  // namespace

OpenListeners open_listeners(const Settings& settings) {
    OpenListeners open;
    open.sockets.devices = bind_all(settings.device_addresses(), open.devices);
    open.sockets.web = bind_all(settings.web_addresses(), open.web);
    open.sockets.nmea_listeners = bind_all(settings.nmea_addresses(), open.nmea);
    for (const Address& address : open.nmea)  // on the port that the kernel may have chosen
        open.sockets.nmea_datagrams.push_back(bind_datagrams(address));
    return open;
}

}  // namespace waymark::tracker
