#include "protocols/colota.hh"

#include "protocols/credentials.hh"
#include "protocols/json_record.hh"

namespace waymark::tracker {
namespace {

constexpr std::string_view kColotaPath = "/colota";
constexpr RecordDialect kColotaDialect{
    .source = Source::colota, .speed_unit = SpeedUnit::mps, .course = "bear"};

}  // namespace

bool colota_claims(const net::http::Request& request) {
    return is_below(request.path, kColotaPath);
}

void colota_decode(const net::http::Request& request, const DeviceDirectory& devices,
                   UnixMillis now, Decoded& decoded) {
    const Credentials credentials =
        read_credentials(request, rest_below(request.path, kColotaPath));
    const std::optional<KnownDevice> device = find_sender(credentials, devices, decoded);
    if (!device) return;
    JsonReader in(request.body);
    JsonMembers members;
    if (!members.read(in) || !in.at_end())
        return decoded.refuse(400, "bad_json", "The body is not a JSON object, or it was cut off.");
    decode_record({request.body, members, credentials.secret}, kColotaDialect, *device, now,
                  decoded);
}

void colota_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                         Decoded& decoded) {
    decode_record_again(raw, kColotaDialect, device, received, decoded);
}

}  // namespace waymark::tracker
