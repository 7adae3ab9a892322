#include "services/storing_round.hh"

#include <algorithm>
#include <utility>
#include <variant>

namespace waymark::tracker {

void StoringRound::add(std::vector<Item>& items, UnixMillis now) {
    for (Item& item : items) {
        if (Fix* const fix = std::get_if<Fix>(&item))
            gathered_.push_back(std::move(*fix));
        else if (Quarantined* const quarantined = std::get_if<Quarantined>(&item))
            quarantined_.push_back(std::move(*quarantined));
        else
            store_.seen(std::get<Heartbeat>(item), now);
    }
    store_quarantined(now);
}

void StoringRound::store_quarantined(UnixMillis now) {
    if (quarantined_.empty()) return;
    store_.add(quarantined_, now, added_);
    counters_.quarantined += std::count(added_.begin(), added_.end(), Added::stored);
    quarantined_.clear();
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
