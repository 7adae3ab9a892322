// The devices in memory, for those who open no database: the store reads them from its database,
// packs them into messages and sends them to the receivers, which look up every message's device
// here.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "protocol.hh"
#include "token.hh"

namespace waymark::tracker {

// What the directory knows of one device.
struct DirectoryEntry {
    KnownDevice device;
    std::optional<TokenHash> token_hash;
    std::vector<std::string> identifiers;
    std::string name = {};
    std::optional<BoxKey> box_key = {};
    std::vector<DeviceNumber> friends =
        {};  // whom it may see; those beyond kMostFriends are left out

    static constexpr std::size_t kMostFriends = 64;
};

// The last place of a device that others may see.
struct LastPlace {
    DeviceNumber device = 0;
    UnixMillis time_ms = 0;
    std::int32_t latitude_e7 = 0;
    std::int32_t longitude_e7 = 0;
    std::optional<float> accuracy_m;
};

inline LastPlace place_of(const Fix& fix) {
    return {fix.device, fix.time_ms, fix.latitude_e7, fix.longitude_e7, fix.accuracy_m};
}

class MemoryDirectory : public DeviceDirectory {
  public:
    // What comes of a device in several entries, one after the other, belongs together.
    void add(const DirectoryEntry& entry);
    std::size_t size() const { return devices_; }
    // `viewer` may see `seen` from now on.
    void befriend(DeviceNumber viewer, DeviceNumber seen) {
        details_[viewer].friends.push_back(seen);
    }
    // Where a device was last; one that is older than what is known is passed over.
    void note_place(const LastPlace& place);

    std::optional<KnownDevice> by_identifier(std::string_view identifier) const override;
    std::optional<KnownDevice> by_token(std::string_view token) const override;
    std::optional<KnownDevice> by_number(DeviceNumber number) const override;
    std::optional<BoxKey> box_key(DeviceNumber device) const override;
    std::optional<std::string> seal(DeviceNumber device, std::string_view text) const override;
    std::vector<FriendPlace> friends_of(DeviceNumber device) const override;

  private:
    // What is asked for by number.
    struct Details {
        KnownDevice device;
        std::optional<TokenHash> token_hash;
        std::optional<BoxKey> box_key;
        std::vector<DeviceNumber> friends;
        std::string name;
        std::optional<LastPlace> place;
    };

    // Lets the map be asked with a view, without making a string of it.
    struct Hasher {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };

    std::size_t devices_ = 0;
    std::optional<DeviceNumber> latest_;
    std::unordered_map<std::string, KnownDevice, Hasher, std::equal_to<>> identifiers_;
    std::unordered_map<TokenHash, KnownDevice, TokenHashHasher> tokens_;
    std::unordered_map<DeviceNumber, Details> details_;
};

// Packs entries into parts of at most `most_bytes` each (at least 1024), so that each fits into
// one message of a channel. A device with more identifiers than a part holds is in several. An
// identifier that fits into no part is left out. There is always a part, also for no entries.
std::vector<std::string> pack_directory(const std::vector<DirectoryEntry>& entries,
                                        std::size_t most_bytes = 60 * 1024);

// Puts the parts together again. They must come in order; the first begins a new directory.
class DirectoryUnpacker {
  public:
    enum class Result {
        more,       // parts are missing
        complete,   // take() it
        malformed,  // a part is cut, out of order or not one of ours; wait for a new first part
    };
    // Every length is checked before it is used.
    Result add(std::string_view part);

    // The directory after `complete`; the unpacker is empty then.
    MemoryDirectory take();

  private:
    MemoryDirectory directory_;
    std::uint32_t next_part_ = 0;
};

}  // namespace waymark::tracker
