// A message of names and values, "id=7&lat=48.1&lon=11.5", as Traccar Client and OsmAnd send it:
// in the query, or in the body when the query is empty. The two protocols differ in how the device
// is named and in a few units; everything else about such a message is here.

#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "protocol.hh"
#include "protocols/extras.hh"

namespace waymark::tracker {

// The known names of a message, in any case, and their values, decoded and without the blanks
// around them; a name that was not sent, or that says nothing (field_text.hh), is empty. Where a
// name repeats the last one counts. The views point into the request or into Decoded::scratch.
struct FormMessage {
    static constexpr std::size_t kMaximumPairs = 64;  // real apps send fewer than 30

    std::string_view text;      // as it came
    std::string_view named_by;  // what the device was found by; it is stored nowhere
    std::string_view identifier, token;
    std::string_view latitude, longitude, location, time;
    std::string_view altitude, speed, course, accuracy, hdop;
    std::string_view battery, charging, valid, alarm, event;
    std::array<Attribute, kMaximumPairs> attributes;  // every other name that names no device
    std::size_t attribute_count = 0;
};

// Another name for one of FormMessage's, in lower case, as "acc" for accuracy. It yields to that.
struct FormAlias {
    std::string_view name;
    std::string_view FormMessage::*slot;
};

// How a protocol reads such a message.
struct FormDialect {
    Source source = Source::unknown;
    SpeedUnit speed_unit = SpeedUnit::knots;
    bool hdop_is_accuracy = false;  // OsmAnd writes metres there
    std::span<const FormAlias> aliases = {};
    // Whether a person typed the URL: then a place that is no number is refused, for that person to
    // see it. An app that makes its messages by itself would repeat them; there it is quarantined.
    bool is_typed = true;
};

// Whether a field has a meaning here, in one dialect or another, and is no text of the owner's own.
bool is_form_name(std::string_view name);

// Reads the request into `message`. False if it has more than kMaximumPairs, or a broken escape in
// a field that decides: place, time or device; then `decoded` is the refusal.
bool read_form_message(const net::http::Request& request, const FormDialect& dialect,
                       FormMessage& message, Decoded& decoded);
// The same for one form, wherever it was.
bool read_form(std::string_view form, const FormDialect& dialect, FormMessage& message,
               Decoded& decoded);

// Turns a known device's message into a fix, a quarantined point or a heartbeat, or a refusal. Only
// a place that is no number is refused: what else cannot be read is unknown.
void decode_form_message(FormMessage& message, const FormDialect& dialect,
                         const KnownDevice& device, UnixMillis now, Decoded& decoded);

// The same for a form that was kept in quarantine, of a device that is known without it.
void decode_form_again(std::string_view form, const FormDialect& dialect, const KnownDevice& device,
                       UnixMillis received, Decoded& decoded);

// A device by what its owner typed into an app's field for an identifier: that, or its token.
std::optional<KnownDevice> find_device(const DeviceDirectory& devices, std::string_view identifier);

}  // namespace waymark::tracker
