#include "own_addresses.hh"

#include <fmt/core.h>
#include <sys/socket.h>

#include "daemon/error.hh"

namespace waymark::tracker {

using net::Address;

namespace {

bool covers(const Address& all, const Address& other) {
    return all.is_any() &&
           (all.unmapped().family() == AF_INET6 || other.unmapped().family() == AF_INET);
}

}  // namespace

std::vector<OwnAddress> own_addresses(const Settings& settings) {
    std::vector<OwnAddress> all;
    const auto add = [&all](std::string_view setting, const std::vector<Address>& addresses) {
        for (const Address& address : addresses) all.push_back({setting, address});
    };
    add("listen-devices", settings.device_addresses());
    add("listen-devices-tls", settings.device_tls_addresses());
    add("listen-web", settings.web_addresses());
    add("listen-nmea", settings.nmea_addresses());
    return all;
}

bool stand_in_each_others_way(const Address& one, const Address& other) {
    if (!one.is_ip() || !other.is_ip()) return one == other;
    if (one.port() == 0 || one.port() != other.port()) return false;
    return one.unmapped() == other.unmapped() || covers(one, other) || covers(other, one);
}

void refuse_own_conflicts(const Settings& settings) {
    const std::vector<OwnAddress> all = own_addresses(settings);
    for (auto second = all.begin(); second != all.end(); ++second)
        for (auto first = all.begin(); first != second; ++first)
            if (stand_in_each_others_way(first->address, second->address))
                throw daemon::UsageError(
                    fmt::format("{} {} and {} {} {}: this server itself has it then, and no other "
                                "program; leave one out, or give it another {}",
                                first->setting, first->address.to_string(), second->setting,
                                second->address.to_string(),
                                first->address.unmapped() == second->address.unmapped()
                                    ? "are one address"
                                    : "have one port, and one covers the other",
                                first->address.is_ip() ? "port" : "path"));
}

}  // namespace waymark::tracker
