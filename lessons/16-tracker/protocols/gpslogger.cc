#include "protocols/gpslogger.hh"

#include "protocols/credentials.hh"
#include "protocols/token_form.hh"

namespace waymark::tracker {
namespace {

constexpr std::string_view kGpsloggerPath = "/gpslogger";

constexpr FormAlias kGpsloggerNames[] = {
    {"latitude", &FormMessage::latitude},
    {"longitude", &FormMessage::longitude},
    {"time", &FormMessage::time},
    {"timeoffset", &FormMessage::time},
    {"alt", &FormMessage::altitude},
    {"acc", &FormMessage::accuracy},
    {"dir", &FormMessage::course},
    {"spd", &FormMessage::speed},
    {"s", &FormMessage::speed},
    {"battery", &FormMessage::battery},
    {"ischarging", &FormMessage::charging},
};

constexpr FormDialect kGpsloggerDialect{
    .source = Source::gpslogger, .speed_unit = SpeedUnit::mps, .aliases = kGpsloggerNames};

}  // namespace

bool gpslogger_claims(const net::http::Request& request) {
    return is_below(request.path, kGpsloggerPath);
}

void gpslogger_decode(const net::http::Request& request, const DeviceDirectory& devices,
                      UnixMillis now, Decoded& decoded) {
    decode_token_form(request, kGpsloggerPath, kGpsloggerDialect, devices, now, decoded);
}

void gpslogger_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                            Decoded& decoded) {
    decode_form_again(raw, kGpsloggerDialect, device, received, decoded);
}

}  // namespace waymark::tracker
