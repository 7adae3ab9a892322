#include "net/http/response.hh"

#include <charconv>

#include "net/http/grammar.hh"
#include "net/http/message.hh"

namespace waymark::net::http {

namespace {

bool lists_close(std::string_view options) {
    while (const std::optional<std::string_view> option = next_in_list(options))
        if (same_name(*option, "close")) return true;
    return false;
}

std::size_t count_of(const Response& response, std::string_view name) {
    std::size_t count = 0;
    for (const ResponseField& field : response.fields) count += same_name(field.name, name) ? 1 : 0;
    return count;
}

}  // namespace

std::optional<std::string_view> Response::field(std::string_view name) const {
    for (const ResponseField& field : fields)
        if (same_name(field.name, name)) return field.value;
    return {};
}

ResponseStatus add_status_line(std::string_view line, Response& response) {
    if (line.size() < 12 || !line.starts_with("HTTP/1.") || !kDigits.has(line[7]) ||
        line[8] != ' ' || (line.size() > 12 && line[12] != ' ') ||
        !kDigits.has_all(line.substr(9, 3)) || line[9] < '1' || line[9] > '5')
        return ResponseStatus::malformed;
    std::from_chars(line.data() + 9, line.data() + 12, response.status);
    response.keeps_alive = line[7] != '0';
    return ResponseStatus::complete;
}

ResponseStatus add_field(std::string_view line, Response& response) {
    if (response.fields.size() == ResponseLimits::kMostFields) return ResponseStatus::too_large;
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == line.npos) return ResponseStatus::malformed;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim_blanks(line.substr(colon + 1));
    if (!kTokenBytes.has_all(name) || !kFieldValueBytes.has_all(value))
        return ResponseStatus::malformed;
    response.fields.push_back({std::string(name), std::string(value)});
    return ResponseStatus::complete;
}

std::optional<ResponseBody> find_body(std::string_view method, Response& response) {
    using Kind = ResponseBody::Kind;
    for (const ResponseField& field : response.fields)
        if (same_name(field.name, "Connection") && lists_close(field.value))
            response.keeps_alive = false;
    if (method == "HEAD" || response.status == 204 || response.status == 304) return ResponseBody{};
    const std::optional<std::string_view> coding = response.field("Transfer-Encoding");
    const std::optional<std::string_view> length = response.field("Content-Length");
    // Two lengths: somebody between us and the server may believe the other one.
    if (count_of(response, "Content-Length") > 1 || count_of(response, "Transfer-Encoding") > 1)
        return std::nullopt;
    if (coding && (length || !same_name(*coding, "chunked"))) return std::nullopt;
    if (coding) return ResponseBody{.kind = Kind::chunked};
    if (!length) {
        response.keeps_alive = false;
        return ResponseBody{.kind = Kind::until_end};
    }
    ResponseBody body{.kind = Kind::length};
    const char* const end = length->data() + length->size();
    const auto [stop, error] = std::from_chars(length->data(), end, body.length);
    if (length->empty() || error != std::errc() || stop != end) return std::nullopt;
    return body;
}

}  // namespace waymark::net::http
