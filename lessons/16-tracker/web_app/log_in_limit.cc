#include "web_app/log_in_limit.hh"

#include <algorithm>
#include <utility>

namespace waymark::tracker {

LogInLimit::Place& LogInLimit::place_of(Table& table, std::uint64_t key) {
    if (table.empty()) table.resize(kSets * kPlacesInSet);
    const std::span<Place> set = std::span(table).subspan(key % kSets * kPlacesInSet, kPlacesInSet);
    const auto found =
        std::ranges::find_if(set, [key](const Place& place) { return place.key == key; });
    if (found != set.end()) return *found;
    Place& place = *std::ranges::min_element(set, {}, &Place::paid_until);
    place = {.key = key};
    return place;
}

LogInLimit::Duration LogInLimit::wait_of(const Place& place, const Rate& rate, Time now) {
    return std::max(place.paid_until, now) + rate.for_one_more - now -
           rate.at_once * rate.for_one_more;
}

void LogInLimit::pay(Place& place, const Rate& rate, Time now) {
    place.paid_until = std::max(place.paid_until, now) + rate.for_one_more;
    place.refused = false;
}

LogInLimit::Verdict LogInLimit::take(const net::NetworkKey& network, std::string_view name,
                                     bool is_known, Time now) {
    Place& from = place_of(networks_, hash_(network));
    Place* const whose = is_known ? nullptr : &place_of(names_, hash_(name));
    const Duration by_network = wait_of(from, kOfNetwork, now);
    const Duration by_name = whose == nullptr ? Duration::zero() : wait_of(*whose, kOfName, now);
    const Duration wait = std::max(by_network, by_name);
    if (wait > Duration::zero()) {
        Place& closed = by_network > Duration::zero() ? from : *whose;
        return {.wait = std::chrono::ceil<std::chrono::seconds>(wait),
                .is_news = !std::exchange(closed.refused, true)};
    }
    pay(from, kOfNetwork, now);
    if (whose != nullptr) pay(*whose, kOfName, now);
    return {.is_allowed = true};
}

void LogInLimit::give_back(const net::NetworkKey& network, std::string_view name, bool is_known) {
    place_of(networks_, hash_(network)).paid_until -= kOfNetwork.for_one_more;
    if (!is_known) place_of(names_, hash_(name)).paid_until -= kOfName.for_one_more;
}

}  // namespace waymark::tracker
