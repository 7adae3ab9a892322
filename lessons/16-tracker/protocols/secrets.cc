#include "protocols/secrets.hh"

#include "net/http/form.hh"
#include "net/http/grammar.hh"
#include "net/http/message.hh"
#include "protocols/field_text.hh"
#include "protocols/number.hh"

namespace waymark::tracker {
namespace {

using net::http::FormField;
using net::http::FormReader;

constexpr std::size_t kShortestSecret = 8;
constexpr net::http::ByteSet kPlain = net::http::kAlphanumerics.with("-._~,:");

void append_encoded(std::string& out, std::string_view text) {
    constexpr std::string_view kHexadecimal = "0123456789ABCDEF";
    for (const char c : text) {
        if (kPlain.has(c)) {
            out += c;
            continue;
        }
        const unsigned byte = static_cast<unsigned char>(c);
        out += {'%', kHexadecimal[byte >> 4], kHexadecimal[byte & 15]};
    }
}

enum class Part { whole, deciding, others };

struct FormToKeep {
    std::string_view form;
    std::string_view named_by;
    bool (*decides)(std::string_view name);

    void write(std::string& out, Part part, std::size_t most_bytes) const;
    bool is_secret(const FormField& field) const;
};

bool FormToKeep::is_secret(const FormField& field) const {
    if (names_device(field.name) || gives_away(field.name, named_by)) return true;
    return decides(field.name) ? number_gives_away(field.value, named_by)
                               : gives_away(field.value, named_by);
}

// Appends the fields of this part, each whole or not at all.
void FormToKeep::write(std::string& out, Part part, std::size_t most_bytes) const {
    std::string scratch;
    FormReader reader(form, scratch, form.size());
    FormField field;
    for (;;) {
        const FormReader::Result result = reader.next(field);
        if (result == FormReader::Result::malformed) {
            reader.go_on();
            continue;
        }
        if (result != FormReader::Result::field) return;
        if (part != Part::whole && decides(field.name) != (part == Part::deciding)) continue;
        if (is_secret(field)) continue;
        if (part == Part::deciding)
            field = {without_blanks(field.name), field.value.substr(0, kLongestDecidingValue)};
        const std::size_t size_before = out.size();
        append_form_field(out, field.name, field.value);
        if (out.size() > most_bytes) out.resize(size_before);
    }
}

}  // namespace

void append_form_field(std::string& form, std::string_view name, std::string_view value) {
    if (!form.empty()) form += '&';
    append_encoded(form, name);
    form += '=';
    append_encoded(form, value);
}

bool names_device(std::string_view name) {
    name = without_blanks(name);
    for (const std::string_view each : {"id", "deviceid", "device_id", "token"})
        if (net::http::same_name(name, each)) return true;
    return false;
}

bool gives_away(std::string_view text, std::string_view named_by) {
    if (named_by.empty()) return false;
    if (named_by.size() < kShortestSecret) return without_blanks(text) == named_by;
    return text.find(named_by) != std::string_view::npos;
}

bool number_gives_away(std::string_view text, std::string_view named_by) {
    return parse_number(text).kind != NumberKind::value && gives_away(text, named_by);
}

std::string form_without_secrets(std::string_view form, std::string_view named_by,
                                 std::size_t most_bytes, bool (*decides)(std::string_view name)) {
    const FormToKeep kept{form, named_by, decides};
    std::string text;
    kept.write(text, Part::whole, std::string::npos);
    if (text.size() <= most_bytes) return text;
    text.clear();
    kept.write(text, Part::deciding, most_bytes);
    kept.write(text, Part::others, most_bytes);
    return text;
}

}  // namespace waymark::tracker
