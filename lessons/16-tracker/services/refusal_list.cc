#include "services/refusal_list.hh"

#include <algorithm>
#include <utility>

namespace waymark::tracker {

bool RefusalCase::is_same(const RefusalCase& other) const {
    return status == other.status && device == other.device && reason == other.reason &&
           field == other.field && protocol == other.protocol && who == other.who &&
           called == other.called && address == other.address;
}

RefusalCase& RefusalList::add(RefusalCase news) {
    const auto known = std::find_if(cases_.begin(), cases_.end(),
                                    [&](const RefusalCase& each) { return each.is_same(news); });
    if (known != cases_.end()) {
        news.count += known->count;
        news.last_ms = std::max(news.last_ms, known->last_ms);
        news.told_ms = std::max(news.told_ms, known->told_ms);
        cases_.erase(known);
    }
    cases_.push_front(std::move(news));
    if (cases_.size() > most_) forget_one();
    return cases_.front();
}

// The one that rested longest, of the network that has the most; the newest stays.
void RefusalList::forget_one() {
    const auto cases_of = [this](const net::NetworkKey& network) {
        return std::count_if(cases_.begin(), cases_.end(),
                             [&](const RefusalCase& each) { return each.network == network; });
    };
    auto chosen = std::prev(cases_.end());
    std::ptrdiff_t most = 0;
    for (auto each = std::next(cases_.begin()); each != cases_.end(); ++each) {
        const std::ptrdiff_t count = cases_of(each->network);
        if (count < most) continue;
        most = count;
        chosen = each;
    }
    cases_.erase(chosen);
}

}  // namespace waymark::tracker
