// A protocol turns one message of a phone into fixes and the answer that the phone waits for. It is
// pure: bytes in, values out; no socket, no file, no clock. One file a protocol, one row in
// protocols/all.cc.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fix.hh"
#include "net/http/message.hh"

namespace waymark::tracker {

// The longest body that is read of a message. It is read before it is known who sends it, and from
// many connections at once, so it is small: a batch of 200 positions in JSON is shorter. A protocol
// whose apps send more has its token in path or header, and a route of its own.
inline constexpr std::size_t kLargestMessage = std::size_t{64} * 1024;

// Of those whose apps send more: 1000 positions of Overland are some 600 KiB. They too are read
// before the token is looked at; connections and the time for a body are limited (settings.hh).
inline constexpr std::size_t kLargestBatch = std::size_t{768} * 1024;
// Under these paths.
inline constexpr std::string_view kBatchPaths[] = {"/overland",
                                                   "/api/v1/overland/batches",
                                                   "/pub",
                                                   "/owntracks",
                                                   "/client",
                                                   "/index.php/apps/phonetrack",
                                                   "/apps/phonetrack"};
// The longest body that is read of a message to this path.
std::size_t largest_body(std::string_view path);

// In what unit a device's app says its speed, where the protocol leaves it open.
enum class SpeedUnit : std::uint8_t { protocol_default, knots, kmh, mps, mph };

struct KnownDevice {
    DeviceNumber number = 0;
    SpeedUnit speed_unit = SpeedUnit::protocol_default;
};

// The key for what OwnTracks encrypts: its pass phrase, filled up with zero bytes.
using BoxKey = std::array<unsigned char, 32>;

// The last place of a device that another one may see.
struct FriendPlace {
    std::string name;
    std::string short_name;  // two letters, by which OwnTracks tells friends apart ("tid")
    UnixMillis time_ms = 0;
    std::int32_t latitude_e7 = 0;
    std::int32_t longitude_e7 = 0;
    std::optional<float> accuracy_m;
};

// Who a message is from. The receiver holds it in memory; the store fills it.
class DeviceDirectory {
  public:
    virtual ~DeviceDirectory() = default;
    // By the identifier that the app sends (for Traccar: "id").
    virtual std::optional<KnownDevice> by_identifier(std::string_view identifier) const = 0;
    // By the secret in the path, the query or a header.
    virtual std::optional<KnownDevice> by_token(std::string_view token) const = 0;
    virtual std::optional<KnownDevice> by_number(DeviceNumber) const { return std::nullopt; }
    // A keyed hash of `text`, 22 characters that need no escape, with a key that only this server
    // and the device's owner can have: so a text that was given out is known again. Nothing for a
    // device without a token; another hash once it has another token.
    virtual std::optional<std::string> seal(DeviceNumber, std::string_view) const {
        return std::nullopt;
    }
    // With which the device's messages are encrypted, if they are.
    virtual std::optional<BoxKey> box_key(DeviceNumber) const { return std::nullopt; }
    // The last places of those that the device may see, of each that has one.
    virtual std::vector<FriendPlace> friends_of(DeviceNumber) const { return {}; }
};

// What the server answers once all of it is durable, and what it stores.
struct Decoded {
    int status = 200;
    std::string content_type;  // "" with an empty body
    std::string body;
    // One more field of the answer's head; no name: none.
    std::string header_name, header_value;
    std::string error;  // for 4xx: missing_device, unknown_device, bad_token, bad_number...
    std::string field;  // for bad_number and bad_escape: which
    // By which protocol it was read, as "traccar"; "" if none claims it.
    std::string_view protocol;
    // Whom the message is from, as soon as that is known: also of one that is refused, or in which
    // there is nothing to store. 0: it names nobody, or nobody whom we know.
    DeviceNumber from = 0;
    // For an unknown device: what the message called it. It may be a mistyped token, so it is shown
    // to nobody as it stands (services/refusals.hh).
    std::string stranger;
    bool is_stranger_by_token = false;  // it stood where a token belongs
    std::vector<Fix> fixes;
    std::vector<Quarantined> quarantined;
    std::optional<Heartbeat> heartbeat;
    // A decoder's working memory, here so that it is allocated once and not for every message.
    std::string scratch;

    // Nothing to store: the answer need not wait.
    bool empty() const { return fixes.empty() && quarantined.empty() && !heartbeat; }
    // Ready for the next message, with the memory kept.
    void clear();
    // Turns it into a refusal: nothing is stored, the body is `explanation` for the person who set
    // the phone up, and `which_field` is set for bad_number. Whom it is from stays known.
    void refuse(int refused_status, std::string_view word, std::string_view explanation,
                std::string_view which_field = {});
    // The same for a device that is not known.
    void refuse_stranger(std::string_view word, std::string_view explanation,
                         std::string_view called, bool by_token, int refused_status = 403);
};

struct Protocol {
    std::string_view name;
    // Whether the message is this protocol's: by path, query, content type and how the body begins.
    bool (*claims)(const net::http::Request& request);
    // Fills `decoded`, which is clear. `now` is the server's clock at receipt.
    void (*decode)(const net::http::Request& request, const DeviceDirectory& devices,
                   UnixMillis now, Decoded& decoded);
};

// Decodes what quarantine kept once more, for a decoder that has learned better. `device` is that
// of the row; `received` is when the message came, which stands in for a time that it does not
// have. `key` is that of the device now, for what is encrypted.
void decode_again(const Quarantined& kept, const KnownDevice& device, UnixMillis received,
                  Decoded& decoded, const std::optional<BoxKey>& key = std::nullopt);

// Decodes by the first protocol that claims the message; 404 if none does.
void decode(const net::http::Request& request, const DeviceDirectory& devices, UnixMillis now,
            Decoded& decoded);

}  // namespace waymark::tracker
