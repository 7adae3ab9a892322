#include "protocols/traccar_form.hh"

#include <fmt/format.h>

#include <optional>

#include "protocols/form_message.hh"
#include "protocols/json_reader.hh"
#include "protocols/secrets.hh"

namespace waymark::tracker {
namespace {

// With what a fix has, fewer than FormMessage::kMaximumPairs.
constexpr std::size_t kMostExtras = 40;

void append_number(std::string& form, std::string_view name, std::optional<double> value,
                   int digits) {
    if (value) append_form_field(form, name, fmt::format("{:.{}f}", *value, digits));
}

// What Fix::extras says, as fields.
class ExtraFields {
  public:
    explicit ExtraFields(std::string& form) : form_(form) {}

    void append(std::string_view extras) {
        JsonReader in(extras);
        std::string_view name;
        if (!in.enter_object()) return;
        while (in.next_member(name)) {
            if (name == "attributes")
                append_attributes(in);
            else if (name == "charging")
                append_field("charge", in.value());
            else if (name == "event" || name == "hdop")
                append_field(name, in.value());
            else
                append_attribute(name, in.value());
        }
    }

  private:
    void append_attributes(JsonReader& in) {
        std::string_view name;
        if (!in.enter_object()) {
            in.value();
            return;
        }
        while (in.next_member(name)) append_attribute(name, in.value());
    }

    // A name that repeats came as an array.
    void append_attribute(std::string_view quoted_name, const JsonValue& value) {
        std::string space;
        const std::string name(
            json_text({JsonKind::text, fmt::format("\"{}\"", quoted_name)}, space));
        if (name.empty() || is_form_name(name) || names_device(name)) return;
        if (value.kind != JsonKind::array) return append_field(name, value);
        JsonReader in(value.text);
        in.enter_array();
        while (in.next_element()) append_field(name, in.value());
    }

    void append_field(std::string_view name, const JsonValue& value) {
        const std::string_view text = json_text(value, space_);
        if (text.empty() || count_ == kMostExtras) return;
        ++count_;
        append_form_field(form_, name, text);
    }

    std::string& form_;
    std::string space_;
    std::size_t count_ = 0;
};

}  // namespace

std::string traccar_form(std::string_view identifier, const Fix& fix) {
    std::string form;
    append_form_field(form, "id", identifier);
    append_form_field(form, "timestamp", fmt::format("{}", fix.time_ms));
    append_number(form, "lat", fix.latitude_e7 / 1e7, 7);
    append_number(form, "lon", fix.longitude_e7 / 1e7, 7);
    append_number(form, "altitude", fix.altitude_m, 2);
    std::optional<double> knots = fix.speed_mps;
    if (knots) *knots *= 3600.0 / 1852;
    append_number(form, "speed", knots, 5);
    append_number(form, "bearing", fix.course_deg, 2);
    append_number(form, "accuracy", fix.accuracy_m, 2);
    append_number(form, "batt", fix.battery_percent, 1);
    if (!fix.valid) append_form_field(form, "valid", "false");
    ExtraFields(form).append(fix.extras);
    return form;
}

}  // namespace waymark::tracker
