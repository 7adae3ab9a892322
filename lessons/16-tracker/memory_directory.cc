#include "memory_directory.hh"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <utility>

namespace waymark::tracker {
namespace {

// A part is: u32 its number, u32 how many parts, then entries to the end. An entry is: u32 device,
// u8 speed unit, u8 whether a hash follows, the hash, u16 how many identifiers, and each of them as
// u16 length and bytes; before the identifiers the name, u8 whether a key follows, the key, u8 how
// many friends, and the number of each. Integers in the machine's own order: both ends are one
// machine.
constexpr std::size_t kPartHeader = 2 * sizeof(std::uint32_t);

template <typename Integer>
void put(std::string& out, Integer value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out.append(bytes, sizeof bytes);
}

// Takes values off the front. After the first that is not there all is zero and ok() is false.
class Taker {
  public:
    explicit Taker(std::string_view bytes) : rest_(bytes) {}

    template <typename Integer>
    Integer take() {
        Integer value{};
        const std::string_view bytes = take_bytes(sizeof value);
        if (ok_) std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }
    std::string_view take_bytes(std::size_t count) {
        if (rest_.size() < count) ok_ = false;
        if (!ok_) return {};
        const std::string_view bytes = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return bytes;
    }
    bool ok() const { return ok_; }
    bool at_end() const { return rest_.empty(); }

  private:
    std::string_view rest_;
    bool ok_ = true;
};

// The entry with the identifiers from `first` on that fit into `most_bytes`; `first` becomes the
// first that did not.
std::string pack_entry(const DirectoryEntry& entry, std::size_t& first, std::size_t most_bytes) {
    std::string out;
    put(out, entry.device.number);
    put(out, static_cast<std::uint8_t>(entry.device.speed_unit));
    put(out, static_cast<std::uint8_t>(entry.token_hash.has_value()));
    if (entry.token_hash)
        out.append(reinterpret_cast<const char*>(entry.token_hash->data()),
                   entry.token_hash->size());
    put(out, static_cast<std::uint16_t>(entry.name.size()));
    out += entry.name;
    put(out, static_cast<std::uint8_t>(entry.box_key.has_value()));
    if (entry.box_key)
        out.append(reinterpret_cast<const char*>(entry.box_key->data()), entry.box_key->size());
    const std::size_t friends = std::min(entry.friends.size(), DirectoryEntry::kMostFriends);
    put(out, static_cast<std::uint8_t>(friends));
    for (std::size_t i = 0; i < friends; ++i) put(out, entry.friends[i]);
    std::uint16_t count = 0;
    const std::size_t count_at = out.size();
    put(out, count);
    for (; first < entry.identifiers.size(); ++first) {
        const std::string& identifier = entry.identifiers[first];
        const std::size_t size = sizeof(std::uint16_t) + identifier.size();
        if (count_at + sizeof count + size > most_bytes) continue;  // fits nowhere
        if (out.size() + size > most_bytes) break;
        put(out, static_cast<std::uint16_t>(identifier.size()));
        out += identifier;
        ++count;
    }
    std::memcpy(out.data() + count_at, &count, sizeof count);
    return out;
}

std::optional<DirectoryEntry> take_entry(Taker& taker) {
    DirectoryEntry entry;
    entry.device.number = taker.take<std::uint32_t>();
    const auto unit = taker.take<std::uint8_t>();
    if (unit > static_cast<std::uint8_t>(SpeedUnit::mph)) return std::nullopt;
    entry.device.speed_unit = static_cast<SpeedUnit>(unit);
    if (taker.take<std::uint8_t>() != 0) {
        const std::string_view bytes = taker.take_bytes(std::tuple_size_v<TokenHash>);
        if (!taker.ok()) return std::nullopt;
        std::memcpy(entry.token_hash.emplace().data(), bytes.data(), bytes.size());
    }
    entry.name = taker.take_bytes(taker.take<std::uint16_t>());
    if (taker.take<std::uint8_t>() != 0) {
        const std::string_view bytes = taker.take_bytes(std::tuple_size_v<BoxKey>);
        if (!taker.ok()) return std::nullopt;
        std::memcpy(entry.box_key.emplace().data(), bytes.data(), bytes.size());
    }
    const auto friends = taker.take<std::uint8_t>();
    for (std::uint8_t i = 0; taker.ok() && i < friends; ++i)
        entry.friends.push_back(taker.take<std::uint32_t>());
    const auto count = taker.take<std::uint16_t>();
    for (std::uint16_t i = 0; taker.ok() && i < count; ++i)
        entry.identifiers.emplace_back(taker.take_bytes(taker.take<std::uint16_t>()));
    if (!taker.ok()) return std::nullopt;
    return entry;
}

}  // namespace

void MemoryDirectory::add(const DirectoryEntry& entry) {
    if (latest_ != entry.device.number) ++devices_;
    latest_ = entry.device.number;
    if (entry.token_hash) tokens_[*entry.token_hash] = entry.device;
    for (const std::string& identifier : entry.identifiers) identifiers_[identifier] = entry.device;
    Details& details = details_[entry.device.number];
    details.device = entry.device;
    if (!details.token_hash) details.token_hash = entry.token_hash;
    details.box_key = entry.box_key;
    details.friends = entry.friends;
    details.name = entry.name;
}

void MemoryDirectory::note_place(const LastPlace& place) {
    const auto found = details_.find(place.device);
    if (found == details_.end()) return;
    std::optional<LastPlace>& known = found->second.place;
    if (!known || known->time_ms <= place.time_ms) known = place;
}

std::optional<KnownDevice> MemoryDirectory::by_number(DeviceNumber number) const {
    const auto found = details_.find(number);
    if (found == details_.end()) return std::nullopt;
    return found->second.device;
}

std::optional<BoxKey> MemoryDirectory::box_key(DeviceNumber device) const {
    const auto found = details_.find(device);
    return found == details_.end() ? std::nullopt : found->second.box_key;
}

std::optional<std::string> MemoryDirectory::seal(DeviceNumber device, std::string_view text) const {
    const auto found = details_.find(device);
    if (found == details_.end() || !found->second.token_hash) return std::nullopt;
    const TokenHash& key = *found->second.token_hash;
    std::array<unsigned char, 16> seal{};
    ::crypto_generichash(seal.data(), seal.size(),
                         reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         key.data(), key.size());
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string encoded(sodium_base64_ENCODED_LEN(seal.size(), kVariant), '\0');
    ::sodium_bin2base64(encoded.data(), encoded.size(), seal.data(), seal.size(), kVariant);
    encoded.resize(std::strlen(encoded.c_str()));
    return encoded;
}

// OwnTracks draws two letters for each friend: the first ones of its name.
std::vector<FriendPlace> MemoryDirectory::friends_of(DeviceNumber device) const {
    std::vector<FriendPlace> places;
    const auto found = details_.find(device);
    if (found == details_.end()) return places;
    for (const DeviceNumber number : found->second.friends) {
        const auto other = details_.find(number);
        if (other == details_.end() || !other->second.place) continue;
        const LastPlace& place = *other->second.place;
        std::string letters = other->second.name.substr(0, 2);
        std::ranges::transform(letters, letters.begin(),
                               [](unsigned char c) { return std::toupper(c); });
        places.push_back({other->second.name, std::move(letters), place.time_ms, place.latitude_e7,
                          place.longitude_e7, place.accuracy_m});
    }
    return places;
}

std::optional<KnownDevice> MemoryDirectory::by_identifier(std::string_view identifier) const {
    const auto found = identifiers_.find(identifier);
    if (found == identifiers_.end()) return std::nullopt;
    return found->second;
}

std::optional<KnownDevice> MemoryDirectory::by_token(std::string_view token) const {
    if (token.empty()) return std::nullopt;
    const auto found = tokens_.find(hash_token(token));
    if (found == tokens_.end()) return std::nullopt;
    return found->second;
}

std::vector<std::string> pack_directory(const std::vector<DirectoryEntry>& entries,
                                        std::size_t most_bytes) {
    std::vector<std::string> parts(1, std::string(kPartHeader, '\0'));
    for (const DirectoryEntry& entry : entries) {
        std::size_t first = 0;
        do {
            const std::string packed = pack_entry(entry, first, most_bytes - kPartHeader);
            if (parts.back().size() + packed.size() > most_bytes)
                parts.emplace_back(kPartHeader, '\0');
            parts.back() += packed;
        } while (first < entry.identifiers.size());
    }
    const std::uint32_t count = static_cast<std::uint32_t>(parts.size());
    for (std::uint32_t i = 0; i < count; ++i) {
        std::memcpy(parts[i].data(), &i, sizeof i);
        std::memcpy(parts[i].data() + sizeof i, &count, sizeof count);
    }
    return parts;
}

DirectoryUnpacker::Result DirectoryUnpacker::add(std::string_view part) {
    Taker taker(part);
    const auto number = taker.take<std::uint32_t>();
    const auto count = taker.take<std::uint32_t>();
    const std::uint32_t expected = std::exchange(next_part_, 0);
    if (number == 0) directory_ = MemoryDirectory();
    if (!taker.ok() || number >= count || (number != 0 && number != expected))
        return Result::malformed;
    while (!taker.at_end()) {
        const std::optional<DirectoryEntry> entry = take_entry(taker);
        if (!entry) return Result::malformed;
        directory_.add(*entry);
    }
    if (number + 1 == count) return Result::complete;
    next_part_ = number + 1;
    return Result::more;
}

MemoryDirectory DirectoryUnpacker::take() {
    return std::exchange(directory_, MemoryDirectory());
}

}  // namespace waymark::tracker
