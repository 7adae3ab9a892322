#include "services/heard_from.hh"

#include <algorithm>

namespace waymark::tracker {

bool HeardFrom::knows(DeviceNumber device, const net::NetworkKey& network) {
    const auto found = devices_.find(device);
    if (found == devices_.end()) return false;
    Networks& networks = found->second;
    const auto place = std::find(networks.begin(), networks.end(), network);
    if (place == networks.end()) return false;
    std::rotate(networks.begin(), place, place + 1);
    return true;
}

bool HeardFrom::add(DeviceNumber device, const net::NetworkKey& network) {
    if (knows(device, network)) return false;
    if (devices_.size() >= kMostDevices && !devices_.contains(device)) devices_.clear();
    Networks& networks = devices_[device];
    std::rotate(networks.begin(), networks.end() - 1, networks.end());
    networks.front() = network;
    return true;
}

std::vector<Heard> HeardFrom::list() const {
    std::vector<Heard> all;
    for (const auto& [device, networks] : devices_)
        for (auto network = networks.rbegin(); network != networks.rend(); ++network)
            if (*network != net::NetworkKey()) all.push_back({device, *network});
    return all;
}

}  // namespace waymark::tracker
