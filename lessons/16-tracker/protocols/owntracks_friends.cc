#include "protocols/owntracks_friends.hh"

#include <fmt/core.h>
#include <sodium.h>

#include <iterator>

#include "protocols/extras.hh"

namespace waymark::tracker {
namespace {

// An app builds the friend's topic of the tid, and shows the name of the card.
void append_friend(std::string& out, const FriendPlace& place) {
    out += R"({"_type":"location","tid":)";
    append_json_string(out, place.short_name);
    fmt::format_to(std::back_inserter(out), R"(,"lat":{:.7f},"lon":{:.7f},"tst":{})",
                   place.latitude_e7 / 1e7, place.longitude_e7 / 1e7, place.time_ms / 1000);
    if (place.accuracy_m)
        fmt::format_to(std::back_inserter(out), R"(,"acc":{:.0f})", *place.accuracy_m);
    out += R"(},{"_type":"card","tid":)";
    append_json_string(out, place.short_name);
    out += R"(,"name":)";
    append_json_string(out, place.name);
    out += '}';
}

std::string boxed(std::string_view text, const BoxKey& key) {
    std::string box(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.size(), '\0');
    const auto bytes = reinterpret_cast<unsigned char*>(box.data());
    ::randombytes_buf(bytes, crypto_secretbox_NONCEBYTES);
    ::crypto_secretbox_easy(bytes + crypto_secretbox_NONCEBYTES,
                            reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes,
                            key.data());
    std::string base64(sodium_base64_ENCODED_LEN(box.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    ::sodium_bin2base64(base64.data(), base64.size(), bytes, box.size(),
                        sodium_base64_VARIANT_ORIGINAL);
    base64.pop_back();  // the zero byte at its end
    return base64;
}

}  // namespace

std::string friends_answer(const KnownDevice& device, const DeviceDirectory& devices, bool in_box) {
    std::string list = "[";
    for (const FriendPlace& place : devices.friends_of(device.number)) {
        if (list.size() > 1) list += ',';
        append_friend(list, place);
    }
    list += ']';
    const std::optional<BoxKey> key = devices.box_key(device.number);
    if (list.size() == 2 || !in_box) return list;
    if (!key) return "[]";
    return fmt::format(R"({{"_type":"encrypted","data":"{}"}})", boxed(list, *key));
}

}  // namespace waymark::tracker
