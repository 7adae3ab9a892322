#include "net/http/cgi_head.hh"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <stdexcept>

#include "net/http/grammar.hh"
#include "net/http/message.hh"
#include "net/http/status.hh"

namespace waymark::net::http {

namespace {

// The server writes these itself (RFC 9110, 6.6.1, 7.6.1).
constexpr std::string_view kOurs[] = {
    "Connection", "Keep-Alive", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Date"};

[[noreturn]] void refuse_head(std::string_view what, std::string_view line) {
    throw std::runtime_error(fmt::format("{}: '{}'", what, line.substr(0, 80)));
}

// Without its end; takes it off `text`.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!kDigits.has_all(text) || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

int parse_status(std::string_view value, std::string_view line) {
    const std::string_view digits = value.substr(0, value.find(' '));
    const std::optional<int> status = parse_whole<int>(digits);
    if (!status || digits.size() != 3 || *status < 200 || *status > 599)
        refuse_head("a Status must be a number from 200 to 599", line);
    return *status;
}

void take_field(CgiHead& head, std::string_view line) {
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (colon == line.npos || name.empty() || !kTokenBytes.has_all(name))
        refuse_head("the head of an answer has lines of the form 'Name: value'", line);
    const std::string_view value = trim_blanks(line.substr(colon + 1));
    if (!kFieldValueBytes.has_all(value)) refuse_head("a control character in a value", name);
    if (same_name(name, "Status")) {
        head.status = parse_status(value, line);
        head.has_status = true;
    } else if (same_name(name, "Content-Type")) {
        head.content_type = value;
    } else if (same_name(name, "Location")) {
        head.location = value;
    } else if (same_name(name, "Content-Length")) {
        if (head.length) refuse_head("two lengths", line);
        head.length = parse_whole<std::uint64_t>(value);
        if (!head.length) refuse_head("a Content-Length must be a number of bytes", line);
    } else if (std::ranges::none_of(kOurs, [&](auto ours) { return same_name(name, ours); })) {
        head.fields.push_back({std::string(name), std::string(value)});
    }
}

}  // namespace

std::optional<std::size_t> find_cgi_head_end(std::string_view bytes) {
    std::string_view rest = bytes;
    while (rest.find('\n') != rest.npos)
        if (take_line(rest).empty()) return bytes.size() - rest.size();
    return std::nullopt;
}

CgiHead parse_cgi_head(std::string_view text) {
    CgiHead head;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (!line.empty()) take_field(head, line);
    }
    if (!head.location.empty() && !head.has_status && !head.is_local_redirect()) head.status = 302;
    if (head.content_type.empty() && head.location.empty() && status_has_body(head.status))
        throw std::runtime_error("an answer must have a Content-Type or a Location");
    return head;
}

}  // namespace waymark::net::http
