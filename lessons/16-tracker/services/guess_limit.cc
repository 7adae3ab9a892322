#include "services/guess_limit.hh"

#include <algorithm>

namespace waymark::tracker {

std::span<GuessLimit::Place> GuessLimit::set_of(const net::NetworkKey& network) {
    if (places_.empty()) places_.resize(kSets * kPlacesInSet);
    return std::span(places_).subspan(hash_(network) % kSets * kPlacesInSet, kPlacesInSet);
}

GuessLimit::Place* GuessLimit::find(const net::NetworkKey& network) {
    if (places_.empty()) return nullptr;
    const std::span<Place> set = set_of(network);
    const auto has_it = [&](const Place& place) { return place.network == network; };
    const auto found = std::find_if(set.begin(), set.end(), has_it);
    return found == set.end() ? nullptr : &*found;
}

GuessLimit::Place& GuessLimit::find_or_make(const net::NetworkKey& network) {
    if (Place* const place = find(network)) return *place;
    const std::span<Place> set = set_of(network);
    const auto is_sooner_free = [](const Place& a, const Place& b) {
        return a.paid_until < b.paid_until;
    };
    Place& place = *std::min_element(set.begin(), set.end(), is_sooner_free);
    place = {network};
    return place;
}

bool GuessLimit::is_full(const Place& place, Time now) {
    return std::max(place.paid_until, now) + kForOneMore > now + kAtOnce * kForOneMore;
}

bool GuessLimit::allows_stranger(const net::NetworkKey& network, std::string_view name, Time now) {
    Place& place = find_or_make(network);
    const std::uint64_t hash = hash_(name) | 1;  // zero stands for no name yet
    // It has been told so already.
    if (std::find(place.names.begin(), place.names.end(), hash) != place.names.end()) return true;
    if (is_full(place, now)) return false;
    place.names[place.next++ % kRemembered] = hash;
    place.paid_until = std::max(place.paid_until, now) + kForOneMore;
    return true;
}

bool GuessLimit::allows_device(DeviceNumber device, const net::NetworkKey& network, Time now) {
    if (heard_from_.knows(device, network)) return true;
    const Place* const place = find(network);
    if (place != nullptr && is_full(*place, now)) return false;
    heard_from_.add(device, network);
    if (when_heard_) when_heard_({device, network});
    return true;
}

}  // namespace waymark::tracker
