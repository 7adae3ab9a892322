#include "services/shared_places.hh"

#include <utility>

#include "services/receiver_messages.hh"

namespace waymark::tracker {

void SharedPlaces::learn(const std::vector<DirectoryEntry>& directory) {
    shared_.clear();
    for (const DirectoryEntry& entry : directory)
        shared_.insert(entry.friends.begin(), entry.friends.end());
}

void SharedPlaces::note(const Fix& fix, UnixMillis now) {
    if (shared_.contains(fix.device) && fix.valid && fix.time_ms <= now + kClockError)
        fresh_.push_back(place_of(fix));
}

std::vector<std::string> SharedPlaces::take(bool is_durable) {
    const std::vector<LastPlace> places = std::exchange(fresh_, {});
    return is_durable ? write_places(places) : std::vector<std::string>();
}

}  // namespace waymark::tracker
