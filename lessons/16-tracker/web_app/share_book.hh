// The share links in the web app's memory, as the account book has the accounts: read from the
// database when the store says that something has changed.
//
// No socket, no clock, no thread.

#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/share_links.hh"

namespace waymark::tracker {

class ShareBook {
  public:
    // Takes the place of what was known. Looks that were noted here are kept.
    void learn(std::vector<ShareLink> links);

    // Also one that has ended; null if there is none. Valid until learn().
    const ShareLink* find(std::string_view secret) const;
    const ShareLink* by_number(ShareNumber number) const;
    // The newest first.
    const std::vector<ShareLink>& links() const { return links_; }

    // Somebody looks at it.
    void note_look(ShareNumber number, UnixMillis now);
    // The links of which the database should hear that somebody looked: at most one each minute and
    // link. They count as told.
    std::vector<ShareNumber> take_looks();
    static constexpr UnixMillis kLookInterval = 60'000;

  private:
    std::vector<ShareLink> links_;
    std::unordered_map<TokenHash, std::size_t, TokenHashHasher> by_secret_;
    std::unordered_map<ShareNumber, std::size_t> by_number_;
    std::unordered_map<ShareNumber, UnixMillis> told_;  // of looked_ms
};

}  // namespace waymark::tracker
