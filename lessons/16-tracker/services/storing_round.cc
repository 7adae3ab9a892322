#include "services/storing_round.hh"

#include <utility>
#include <variant>

namespace waymark::tracker {

void StoringRound::add(Item& item, UnixMillis now) {
    if (Fix* const fix = std::get_if<Fix>(&item)) {
        gathered_.push_back(std::move(*fix));
    } else if (const Quarantined* const quarantined = std::get_if<Quarantined>(&item)) {
        counters_.quarantined += store_.add(*quarantined, now) == Added::stored;
    } else {
        store_.seen(std::get<Heartbeat>(item), now);
    }
}

void StoringRound::store_fixes(UnixMillis now, bool keeps) {
    store_.add(gathered_, added_);
    for (std::size_t i = 0; i < gathered_.size(); ++i) {
        counters_.duplicates += added_[i] == Added::duplicate;
        if (added_[i] != Added::stored) continue;
        ++counters_.stored;
        has_stored_ = true;
        shared_places_.note(gathered_[i], now);
        place_news_.note(gathered_[i], now);
        if (keeps) fresh_.push_back(std::move(gathered_[i]));
    }
    gathered_.clear();
}

void StoringRound::clear() {
    gathered_.clear();
    fresh_.clear();
    has_stored_ = false;
}

}  // namespace waymark::tracker
