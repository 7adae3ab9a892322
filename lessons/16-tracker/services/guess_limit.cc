#include "services/guess_limit.hh"

#include <algorithm>
#include <functional>

namespace waymark::tracker {

GuessLimit::Place& GuessLimit::place_of(const net::NetworkKey& network) {
    return places_[net::NetworkKeyHash()(network) % kPlaces];
}

bool GuessLimit::is_full(const Place& place, Time now) {
    return std::max(place.paid_until, now) + kForOneMore > now + kAtOnce * kForOneMore;
}

bool GuessLimit::allows_stranger(const net::NetworkKey& network, std::string_view name, Time now) {
    if (places_.empty()) places_.resize(kPlaces);
    Place& place = place_of(network);
    // Zero stands for no name yet.
    const auto hash = static_cast<std::uint32_t>(std::hash<std::string_view>()(name) | 1);
    // It has been told so already.
    if (std::find(place.names.begin(), place.names.end(), hash) != place.names.end()) return true;
    if (is_full(place, now)) return false;
    place.names[place.next++ % kRemembered] = hash;
    place.paid_until = std::max(place.paid_until, now) + kForOneMore;
    return true;
}

bool GuessLimit::allows_device(DeviceNumber device, const net::NetworkKey& network, Time now) {
    net::NetworkKey& known = heard_from_[device];
    if (known == network) return true;
    if (!places_.empty() && is_full(place_of(network), now)) return false;
    known = network;
    return true;
}

}  // namespace waymark::tracker
