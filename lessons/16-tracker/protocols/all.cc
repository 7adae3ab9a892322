// The table of protocols: a message is decoded by the first that claims it. A new protocol is one
// more row. What no row claims is refused, and whoever set the phone up is told where to look.

#include <array>

#include "protocol.hh"
#include "protocols/osmand.hh"
#include "protocols/page_guard.hh"
#include "protocols/traccar.hh"
#include "protocols/traccar_json.hh"

namespace waymark::tracker {
namespace {

// Asked in this order; the first that claims a message gets it.
constexpr std::array kProtocols{
    Protocol{"osmand", osmand_claims, osmand_decode},
    Protocol{"traccar-json", traccar_json_claims, traccar_json_decode},
    Protocol{"traccar", traccar_claims, traccar_decode},
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
    for (const Protocol& protocol : kProtocols)
        if (protocol.claims(request)) return protocol.decode(request, devices, now, decoded);
    decoded.refuse(404, "not_found", "No phone sends to this path: see the URL set in the app.");
}

}  // namespace

void decode(const net::http::Request& request, const DeviceDirectory& devices, UnixMillis now,
            Decoded& decoded) {
    decoded.clear();
    if (refuse_page(request, decoded)) return;
    const NotingDirectory noting(devices);
    decode_by_protocol(request, noting, now, decoded);
    decoded.from = noting.found();
}

void decode_again(const Quarantined& kept, const KnownDevice& device, UnixMillis received,
                  Decoded& decoded) {
    decoded.clear();
    switch (kept.source) {
        case Source::osmand:
            return osmand_decode_again(kept.raw, device, received, decoded);
        case Source::traccar:
            if (kept.raw.starts_with('{'))
                return traccar_json_decode_again(kept.raw, device, received, decoded);
            return traccar_decode_again(kept.raw, device, received, decoded);
        case Source::unknown:
            break;
    }
    decoded.refuse(404, "not_found", "No protocol is known that made this.");
}

}  // namespace waymark::tracker
