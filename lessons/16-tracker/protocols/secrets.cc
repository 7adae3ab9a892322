#include "protocols/secrets.hh"

#include "net/http/form.hh"
#include "net/http/grammar.hh"
#include "net/http/message.hh"
#include "protocols/field_text.hh"

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

}  // namespace

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

std::string form_without_secrets(std::string_view form, std::string_view named_by,
                                 std::size_t most_bytes) {
    std::string text;
    std::string scratch;
    FormReader reader(form, scratch, form.size());
    FormField field;
    for (;;) {
        const FormReader::Result result = reader.next(field);
        if (result == FormReader::Result::malformed) reader.go_on();
        if (result == FormReader::Result::malformed) continue;
        if (result != FormReader::Result::field) return text;
        if (names_device(field.name) || gives_away(field.name, named_by) ||
            gives_away(field.value, named_by))
            continue;
        const std::size_t size_before = text.size();
        if (!text.empty()) text += '&';
        append_encoded(text, field.name);
        text += '=';
        append_encoded(text, field.value);
        if (text.size() <= most_bytes) continue;
        text.resize(size_before);
        return text;
    }
}

}  // namespace waymark::tracker
