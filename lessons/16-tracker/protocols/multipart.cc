#include "protocols/multipart.hh"

#include "net/http/message.hh"
#include "protocols/secrets.hh"

namespace waymark::tracker {
namespace {

constexpr int kMostParts = 64;
constexpr std::size_t kLongestBoundary = 70;  // RFC 2046, 5.1.1
constexpr std::size_t kLongestPartText = 4096;

// The parameter `name` of a field, with or without quotes.
std::string_view parameter(std::string_view field, std::string_view name) {
    for (std::size_t at = field.find(';'); at != std::string_view::npos; at = field.find(';', at)) {
        ++at;
        while (at < field.size() && field[at] == ' ') ++at;
        const std::string_view rest = field.substr(at);
        if (rest.size() <= name.size() || rest[name.size()] != '=' ||
            !net::http::same_name(rest.substr(0, name.size()), name))
            continue;
        std::string_view value = rest.substr(name.size() + 1);
        if (!value.starts_with('"')) return value.substr(0, value.find(';'));
        value.remove_prefix(1);
        return value.substr(0, value.find('"'));
    }
    return {};
}

// The field Content-Disposition of a part's head.
std::string_view disposition(std::string_view head) {
    constexpr std::string_view kName = "Content-Disposition";
    while (!head.empty()) {
        const std::size_t end = head.find("\r\n");
        const std::string_view line = head.substr(0, end);
        if (line.size() > kName.size() && line[kName.size()] == ':' &&
            net::http::same_name(line.substr(0, kName.size()), kName))
            return line;
        head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
    }
    return {};
}

void append_part(std::string_view part, std::string& form) {
    const std::size_t head_end = part.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return;
    const std::string_view said = disposition(part.substr(0, head_end));
    const std::string_view name = parameter(said, "name");
    const std::string_view text = part.substr(head_end + 4);
    const bool is_file = said.find("filename") != std::string_view::npos;
    if (!name.empty() && !is_file && text.size() <= kLongestPartText)
        append_form_field(form, name, text);
}

}  // namespace

std::optional<std::string> multipart_as_form(std::string_view content_type, std::string_view body) {
    constexpr std::string_view kType = "multipart/form-data";
    const std::string_view boundary = parameter(content_type, "boundary");
    if (!net::http::same_name(content_type.substr(0, kType.size()), kType) || boundary.empty() ||
        boundary.size() > kLongestBoundary)
        return std::nullopt;
    const std::string border = "\r\n--" + std::string(boundary);
    std::string form;
    // The first border has no line end before it.
    std::string_view rest = body;
    if (!rest.starts_with(std::string_view(border).substr(2))) return form;
    rest.remove_prefix(border.size() - 2);
    for (int i = 0; i < kMostParts && rest.starts_with("\r\n"); ++i) {
        rest.remove_prefix(2);
        const std::size_t end = rest.find(border);
        if (end == std::string_view::npos) break;
        append_part(rest.substr(0, end), form);
        rest.remove_prefix(end + border.size());
    }
    return form;
}

}  // namespace waymark::tracker
