// The table of protocols: a message is decoded by the first that claims it. A new protocol is one
// more row, and one in the table below it for what quarantine kept. What no row claims is refused,
// and whoever set the phone up is told where to look.

#include <array>

#include "protocol.hh"
#include "protocols/colota.hh"
#include "protocols/gpsd.hh"
#include "protocols/gpslogger.hh"
#include "protocols/hauk.hh"
#include "protocols/nmea_stream.hh"
#include "protocols/opengts.hh"
#include "protocols/osmand.hh"
#include "protocols/overland.hh"
#include "protocols/owntracks.hh"
#include "protocols/page_guard.hh"
#include "protocols/phonetrack.hh"
#include "protocols/sextant.hh"
#include "protocols/traccar.hh"
#include "protocols/traccar_json.hh"
#include "protocols/ulogger.hh"

namespace waymark::tracker {
namespace {

// Points of one message that are kept in quarantine. Each is a row of its own, for which all phones
// wait, and a body can hold a quarter of a million that are "{}". No app's can hold so many that
// have a place and a time: kLargestBatch has room for some 7,000 of them.
constexpr std::size_t kMostQuarantined = 8000;

// Asked in this order; the first that claims a message gets it.
constexpr std::array kProtocols{
    Protocol{"osmand", osmand_claims, osmand_decode},
    Protocol{"overland", overland_claims, overland_decode},
    Protocol{"owntracks", owntracks_claims, owntracks_decode},
    Protocol{"colota", colota_claims, colota_decode},
    Protocol{"opengts", opengts_claims, opengts_decode},
    Protocol{"ulogger", ulogger_claims, ulogger_decode},
    Protocol{"phonetrack", phonetrack_claims, phonetrack_decode},
    Protocol{"hauk", hauk_claims, hauk_decode},
    Protocol{"sextant", sextant_claims, sextant_decode},
    Protocol{"gpslogger", gpslogger_claims, gpslogger_decode},
    Protocol{"traccar-json", traccar_json_claims, traccar_json_decode},
    Protocol{"traccar", traccar_claims, traccar_decode},
};

void traccar_any_decode_again(std::string_view raw, const KnownDevice& device, UnixMillis received,
                              Decoded& decoded) {
    if (raw.starts_with('{')) return traccar_json_decode_again(raw, device, received, decoded);
    traccar_decode_again(raw, device, received, decoded);
}

struct KeptForm {
    Source source;
    void (*decode_again)(std::string_view raw, const KnownDevice& device, UnixMillis received,
                         Decoded& decoded);
};

constexpr std::array kKeptForms{
    KeptForm{Source::traccar, traccar_any_decode_again},
    KeptForm{Source::osmand, osmand_decode_again},
    KeptForm{Source::overland, overland_decode_again},
    KeptForm{Source::opengts, opengts_decode_again},
    KeptForm{Source::ulogger, ulogger_decode_again},
    KeptForm{Source::phonetrack, phonetrack_decode_again},
    KeptForm{Source::hauk, hauk_decode_again},
    KeptForm{Source::nmea, nmea_decode_again},
    KeptForm{Source::gpsd, gpsd_decode_again},
    KeptForm{Source::sextant, sextant_decode_again},
    KeptForm{Source::colota, colota_decode_again},
    KeptForm{Source::gpslogger, gpslogger_decode_again},
};

// Remembers who was found. So it is known of every message, whatever becomes of it and whichever
// protocol it has: an answer that depends on a right name must not come without it (Decoded::from).
class NotingDirectory : public DeviceDirectory {
  public:
    explicit NotingDirectory(const DeviceDirectory& devices) : devices_(devices) {}

    std::optional<KnownDevice> by_identifier(std::string_view identifier) const override {
        return noted(devices_.by_identifier(identifier));
    }
    std::optional<KnownDevice> by_token(std::string_view token) const override {
        return noted(devices_.by_token(token));
    }
    std::optional<KnownDevice> by_number(DeviceNumber number) const override {
        return noted(devices_.by_number(number));
    }
    std::optional<std::string> seal(DeviceNumber device, std::string_view text) const override {
        return devices_.seal(device, text);
    }
    std::optional<BoxKey> box_key(DeviceNumber device) const override {
        return devices_.box_key(device);
    }
    std::vector<FriendPlace> friends_of(DeviceNumber device) const override {
        return devices_.friends_of(device);
    }
    DeviceNumber found() const { return found_; }

  private:
    std::optional<KnownDevice> noted(std::optional<KnownDevice> device) const {
        if (device) found_ = device->number;
        return device;
    }

    const DeviceDirectory& devices_;
    mutable DeviceNumber found_ = 0;
};

void decode_by_protocol(const net::http::Request& request, const DeviceDirectory& devices,
                        UnixMillis now, Decoded& decoded) {
    for (const Protocol& protocol : kProtocols) {
        if (!protocol.claims(request)) continue;
        decoded.protocol = protocol.name;
        return protocol.decode(request, devices, now, decoded);
    }
    decoded.refuse(404, "not_found", "No phone sends to this path: see the URL set in the app.");
}

}  // namespace

void decode(const net::http::Request& request, const DeviceDirectory& devices, UnixMillis now,
            Decoded& decoded) {
    decoded.clear();
    if (ulogger_is_ping(request)) return;
    if (refuse_page(request, decoded)) return;
    const NotingDirectory noting(devices);
    decode_by_protocol(request, noting, now, decoded);
    decoded.from = noting.found();
    if (decoded.quarantined.size() > kMostQuarantined) decoded.quarantined.resize(kMostQuarantined);
}

void decode_again(const Quarantined& kept, const KnownDevice& device, UnixMillis received,
                  Decoded& decoded, const std::optional<BoxKey>& key) {
    decoded.clear();
    if (kept.source == Source::owntracks)
        return owntracks_decode_again(kept.raw, device, key, received, decoded);
    for (const KeptForm& form : kKeptForms)
        if (form.source == kept.source)
            return form.decode_again(kept.raw, device, received, decoded);
    decoded.refuse(404, "not_found", "No protocol is known that made this.");
}

}  // namespace waymark::tracker
