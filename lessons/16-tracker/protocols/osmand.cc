#include "protocols/osmand.hh"

#include "protocols/credentials.hh"
#include "protocols/token_form.hh"

namespace waymark::tracker {
namespace {

constexpr std::string_view kOsmandPath = "/osmand";
constexpr FormDialect kOsmandDialect{
    .source = Source::osmand, .speed_unit = SpeedUnit::mps, .hdop_is_accuracy = true};

}  // namespace

bool osmand_claims(const net::http::Request& request) {
    return is_below(request.path, kOsmandPath);
}

void osmand_decode(const net::http::Request& request, const DeviceDirectory& devices,
                   UnixMillis now, Decoded& decoded) {
    decode_token_form(request, kOsmandPath, kOsmandDialect, devices, now, decoded);
}

void osmand_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                         Decoded& decoded) {
    decode_form_again(raw, kOsmandDialect, device, received, decoded);
}

}  // namespace waymark::tracker
