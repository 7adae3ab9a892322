// Two addresses of one server that want the same port. The second bind(2) or listen(2) is refused
// with "Address already in use", and whoever looks for another program that has it finds none.

#pragma once

#include <string_view>
#include <vector>

#include "net/address.hh"
#include "settings.hh"

namespace waymark::tracker {

struct OwnAddress {
    std::string_view setting;
    net::Address address;
};

// All at which a server of these settings listens.
std::vector<OwnAddress> own_addresses(const Settings& settings);

// Whether one of them, once it listens, keeps the other from it: the same address, or one port and
// an address for all (0.0.0.0, and [::] for both families) that covers the other. Port 0 is another
// one each time.
bool stand_in_each_others_way(const net::Address& one, const net::Address& other);

// Throws UsageError that names the two and their settings.
void refuse_own_conflicts(const Settings& settings);

}  // namespace waymark::tracker
