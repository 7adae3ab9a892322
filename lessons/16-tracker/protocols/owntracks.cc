#include "protocols/owntracks.hh"

#include <sodium.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "protocols/credentials.hh"
#include "protocols/field_text.hh"
#include "protocols/json_record.hh"
#include "protocols/kept_json.hh"
#include "protocols/owntracks_friends.hh"

namespace waymark::tracker {
namespace {

constexpr std::string_view kOwntracksPaths[] = {"/pub", "/owntracks"};
constexpr std::string_view kTopicRoot = "owntracks/";
// Overland's "Owntracks" mode counts from 2001-01-01.
constexpr UnixMillis kAppleEpoch = UnixMillis{978'307'200} * 1000;
constexpr RecordDialect kOwntracksDialect{
    .source = Source::owntracks, .speed_unit = SpeedUnit::kmh, .other_epoch_ms = kAppleEpoch};

struct OwntracksMessage {
    std::string_view text;
    const KnownDevice& device;
    std::string_view named_by;
    std::optional<BoxKey> key;
};

// NaCl's secretbox (crypto_secretbox(3)): nonce of 24 bytes, tag of 16, what was meant. Nothing if
// the key is another one.
std::optional<std::string> open_box(std::string_view base64, const BoxKey& key) {
    std::vector<unsigned char> box(base64.size());
    std::size_t size = 0;
    if (::sodium_base642bin(box.data(), box.size(), base64.data(), base64.size(), "\r\n ", &size,
                            nullptr, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        size < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)
        return std::nullopt;
    std::string message(size - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES, '\0');
    if (::crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(message.data()),
                                     box.data() + crypto_secretbox_NONCEBYTES,
                                     size - crypto_secretbox_NONCEBYTES, box.data(),
                                     key.data()) != 0)
        return std::nullopt;
    return message;
}

constexpr std::string_view kBoxType = "encrypted";
constexpr std::string_view kNoKey = "decrypt_failed";

// One object; false if it is none. What is in a box is read once more, but no box in a box. What
// cannot be opened waits in quarantine, for the owner to give the key that the app has.
bool read_message(const OwntracksMessage& message, UnixMillis now, Decoded& decoded,
                  bool is_boxed = false) {
    JsonReader in(message.text);
    JsonMembers members;
    if (!members.read(in) || !in.at_end()) return false;
    std::string space;
    const std::string_view type = json_text(members["_type"], space);
    if (type == "location") {
        decode_record({message.text, members, message.named_by}, kOwntracksDialect, message.device,
                      now, decoded);
    } else if (type == kBoxType && !is_boxed) {
        std::string data_space;
        const std::string_view data = json_text(members["data"], data_space);
        const std::optional<std::string> inner =
            message.key ? open_box(data, *message.key) : std::nullopt;
        if (inner)
            return read_message({*inner, message.device, message.named_by, {}}, now, decoded, true);
        decoded.quarantined.push_back(
            {message.device.number, 0, std::string(kNoKey), Source::owntracks,
             kept_json(message.text, message.named_by,
                       [](std::string_view name) { return name == "_type" || name == "data"; })});
    }
    return true;
}

bool is_in_box(std::string_view text) {
    JsonReader in(text);
    JsonMembers members;
    std::string space;
    return members.read(in) && json_text(members["_type"], space) == kBoxType;
}

void refuse_json(Decoded& decoded) {
    decoded.refuse(400, "bad_json", "The body is not a JSON object, or it was cut off.");
}

void refuse_method(Decoded& decoded) {
    decoded.refuse(405, "method_not_allowed", "OwnTracks sends with POST.");
    decoded.header_name = "Allow";
    decoded.header_value = "POST";
}

std::string_view owntracks_path(std::string_view path) {
    for (const std::string_view each : kOwntracksPaths)
        if (is_below(path, each)) return each;
    return {};
}

}  // namespace

bool owntracks_claims(const net::http::Request& request) {
    return !owntracks_path(request.path).empty();
}

void owntracks_decode(const net::http::Request& request, const DeviceDirectory& devices,
                      UnixMillis now, Decoded& decoded) {
    if (request.method != "POST") return refuse_method(decoded);
    const Credentials credentials =
        read_credentials(request, rest_below(request.path, owntracks_path(request.path)));
    const std::optional<KnownDevice> device = find_sender(credentials, devices, decoded);
    if (!device) return;
    // An empty message says that a friend was deleted on the phone.
    if (!without_blanks(request.body).empty() &&
        !read_message({request.body, *device, credentials.secret, devices.box_key(device->number)},
                      now, decoded))
        return refuse_json(decoded);
    decoded.content_type = "application/json";
    // Who has another key cannot read the answer, and is told of nobody.
    const bool is_opened = decoded.quarantined.empty() || decoded.quarantined[0].reason != kNoKey;
    decoded.body =
        is_opened ? friends_answer(*device, devices, is_in_box(request.body)) : std::string("[]");
}

void owntracks_decode_again(std::string_view raw, const KnownDevice& device,
                            const std::optional<BoxKey>& key, UnixMillis received,
                            Decoded& decoded) {
    if (!read_message({raw, device, {}, key}, received, decoded)) refuse_json(decoded);
}

void owntracks_decode_published(std::string_view topic, std::string_view payload,
                                const DeviceDirectory& devices, UnixMillis now, Decoded& decoded) {
    decoded.clear();
    decoded.protocol = "owntracks";
    if (!topic.starts_with(kTopicRoot))
        return decoded.refuse(404, "not_found", "The topic is not owntracks/USER/DEVICE.");
    std::string name(topic.substr(kTopicRoot.size()));
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::size_t slash = name.find('/');
    const std::size_t end = slash == std::string::npos ? slash : name.find('/', slash + 1);
    const bool is_place = end == std::string::npos;
    if (!is_place) name.resize(end);
    const std::optional<KnownDevice> device = devices.by_identifier(name);
    if (!device)
        return decoded.refuse_stranger("unknown_device",
                                       "No device has the topic's USER/DEVICE as an identifier.",
                                       name, false);
    decoded.from = device->number;
    if (!is_place || without_blanks(payload).empty()) return;
    if (!read_message({payload, *device, {}, devices.box_key(device->number)}, now, decoded))
        refuse_json(decoded);
}

}  // namespace waymark::tracker
