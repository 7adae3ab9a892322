#include "web_app/share_book.hh"

#include <algorithm>
#include <utility>

namespace waymark::tracker {

void ShareBook::learn(std::vector<ShareLink> links) {
    std::unordered_map<ShareNumber, UnixMillis> told;
    for (ShareLink& link : links) {
        told.emplace(link.number, link.looked_ms.value_or(0));
        const ShareLink* const before = by_number(link.number);
        if (before != nullptr && before->looked_ms)
            link.looked_ms = std::max(link.looked_ms.value_or(0), *before->looked_ms);
    }
    told_ = std::move(told);
    links_ = std::move(links);
    by_secret_.clear();
    by_number_.clear();
    for (std::size_t i = 0; i < links_.size(); ++i) {
        by_secret_.emplace(links_[i].secret, i);
        by_number_.emplace(links_[i].number, i);
    }
}

const ShareLink* ShareBook::find(std::string_view secret) const {
    const auto found = by_secret_.find(hash_token(secret));
    return found == by_secret_.end() ? nullptr : &links_[found->second];
}

const ShareLink* ShareBook::by_number(ShareNumber number) const {
    const auto found = by_number_.find(number);
    return found == by_number_.end() ? nullptr : &links_[found->second];
}

void ShareBook::note_look(ShareNumber number, UnixMillis now) {
    const auto found = by_number_.find(number);
    if (found != by_number_.end()) links_[found->second].looked_ms = now;
}

std::vector<ShareNumber> ShareBook::take_looks() {
    std::vector<ShareNumber> looks;
    for (const ShareLink& link : links_) {
        UnixMillis& told = told_[link.number];
        if (!link.looked_ms || *link.looked_ms < told + kLookInterval) continue;
        told = *link.looked_ms;
        looks.push_back(link.number);
    }
    return looks;
}

}  // namespace waymark::tracker
