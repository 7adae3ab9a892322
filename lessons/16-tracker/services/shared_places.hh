// The store's part of what OwnTracks tells of friends: of the devices that another one may see,
// each new place goes to the receivers, which answer the phones. Only what is durable is told.

#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "memory_directory.hh"

namespace waymark::tracker {

class SharedPlaces {
  public:
    // Whom others may see.
    void learn(const std::vector<DirectoryEntry>& directory);
    bool has_any() const { return !shared_.empty(); }
    // A fix that was new, of a transaction that goes on.
    void note(const Fix& fix, UnixMillis now);
    // The end of the transaction: what the receivers are told, nothing if it failed.
    std::vector<std::string> take(bool is_durable);

  private:
    std::unordered_set<DeviceNumber> shared_;
    std::vector<LastPlace> fresh_;
};

}  // namespace waymark::tracker
