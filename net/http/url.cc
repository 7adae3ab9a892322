#include "net/http/url.hh"

#include "net/http/grammar.hh"
#include "net/http/message.hh"

#include <algorithm>

namespace waymark::net::http {

namespace {

bool is_escape(std::string_view text, std::size_t at) {
    return at + 2 < text.size() && hexadecimal_value(text[at + 1]) >= 0 &&
           hexadecimal_value(text[at + 2]) >= 0;
}

// What find_first_of("%+") finds; that one calls memchr(3) for each byte, which on a query of short
// fields was a twentieth of a receiver's time.
std::size_t find_escape(std::string_view text, std::size_t from, Plus plus) {
    for (std::size_t at = from; at < text.size(); ++at)
        if (text[at] == '%' || (text[at] == '+' && plus == Plus::space)) return at;
    return text.npos;
}

bool escapes_are_whole(std::string_view text) {
    for (std::size_t at = text.find('%'); at != text.npos; at = text.find('%', at + 3))
        if (!is_escape(text, at)) return false;
    return true;
}

std::optional<Target> origin_form(std::string_view text) {
    Target target;
    const std::size_t question = text.find('?');
    target.path = text.substr(0, question);
    if (question != text.npos) target.query = text.substr(question + 1);
    if (target.path.find('\\') != target.path.npos || !escapes_are_whole(target.path))
        return std::nullopt;
    return target;
}

// "http://host:port/path?query"; the path may be missing (RFC 9110, 4.2.3).
std::optional<Target> absolute_form(std::string_view text) {
    const std::size_t colon = text.find("://");
    if (colon == text.npos) return std::nullopt;
    const std::string_view scheme = text.substr(0, colon);
    if (!same_name(scheme, "http") && !same_name(scheme, "https")) return std::nullopt;
    text.remove_prefix(colon + 3);
    const std::size_t end = text.find_first_of("/?");
    const std::string_view authority = text.substr(0, end);
    if (!names_host(authority)) return std::nullopt;
    text.remove_prefix(end == text.npos ? text.size() : end);
    std::optional<Target> target = origin_form(text);
    if (!target) return std::nullopt;
    target->authority = authority;
    return target;
}

bool valid_port(std::string_view text) {
    // Of five digits the greater text is the greater number.
    return kDigits.has_all(text) && (text.size() < 5 || (text.size() == 5 && text <= "65535"));
}

// "[::1]": only the alphabet is checked, nobody connects to it.
bool valid_literal(std::string_view text) {
    return text.size() > 2 && kAlphanumerics.with(":.").has_all(text.substr(1, text.size() - 2));
}

bool valid_name(std::string_view text) {
    return escapes_are_whole(text) && kRegisteredNameBytes.with("%").has_all(text);
}

}  // namespace

std::optional<Target> split_target(std::string_view method, std::string_view target) {
    if (target.empty() || !kTargetBytes.has_all(target)) return std::nullopt;
    if (method == "CONNECT") {
        if (!names_host(target) || target.find(':') == target.npos) return std::nullopt;
        return Target{.authority = target, .path = {}, .query = {}};
    }
    if (target.front() == '/') return origin_form(target);
    if (target == "*" && method == "OPTIONS")
        return Target{.authority = {}, .path = target, .query = {}};
    return absolute_form(target);
}

bool valid_host(std::string_view text) {
    const bool is_literal = !text.empty() && text.front() == '[';
    const std::size_t bracket = is_literal ? text.find(']') : 0;
    if (bracket == text.npos) return false;
    const std::size_t colon = text.find(':', bracket);
    const std::string_view host = text.substr(0, colon);
    if (colon != text.npos && !valid_port(text.substr(colon + 1))) return false;
    if (!is_literal) return valid_name(host);
    return host.size() == bracket + 1 && valid_literal(host);
}

bool names_host(std::string_view authority) {
    return !authority.empty() && authority.front() != ':' && valid_host(authority);
}

std::optional<std::string_view> percent_decode(std::string_view encoded, std::string& scratch,
                                               Plus plus) {
    std::size_t at = find_escape(encoded, 0, plus);
    if (at == encoded.npos) return encoded;
    const std::size_t begin = scratch.size();
    std::size_t copied = 0;
    for (; at != encoded.npos; at = find_escape(encoded, copied, plus)) {
        scratch.append(encoded.substr(copied, at - copied));
        if (encoded[at] == '+') {
            scratch.push_back(' ');
            copied = at + 1;
            continue;
        }
        if (!is_escape(encoded, at)) return std::nullopt;
        scratch.push_back(static_cast<char>(hexadecimal_value(encoded[at + 1]) * 16 +
                                            hexadecimal_value(encoded[at + 2])));
        copied = at + 3;
    }
    scratch.append(encoded.substr(copied));
    return std::string_view(scratch).substr(begin);
}

namespace {

bool has_forbidden_byte(std::string_view decoded) {
    for (const char byte : decoded)
        if (static_cast<unsigned char>(byte) < 0x20 || byte == '\\' || byte == 0x7F) return true;
    return false;
}

bool has_encoded_slash(std::string_view path) {
    return path.find("%2f") != path.npos || path.find("%2F") != path.npos;
}

// Appends the segments of `path` to `out`, of which the part before `begin` is not ours.
bool resolve_dots(std::string_view path, std::string& out, std::size_t begin) {
    std::size_t at = 0;
    while (at < path.size()) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        const std::string_view segment = path.substr(at, slash - at);
        const bool is_last = slash == path.size();
        at = slash + 1;
        if (segment == "..") {
            if (out.size() == begin) return false;
            out.resize(out.rfind('/'));
        } else if (!segment.empty() && segment != ".") {
            out.push_back('/');
            out.append(segment);
            if (is_last) return true;
        }
    }
    out.push_back('/');
    return true;
}

}  // namespace

std::optional<std::string_view> normalize_path(std::string_view path, std::string& scratch) {
    if (path.empty() || path.front() != '/' || has_encoded_slash(path)) return std::nullopt;
    scratch.reserve(scratch.size() + 2 * path.size() + 1);
    const std::optional<std::string_view> decoded = percent_decode(path, scratch);
    if (!decoded || has_forbidden_byte(*decoded)) return std::nullopt;
    if (decoded->find("//") == decoded->npos && decoded->find("/.") == decoded->npos)
        return decoded;
    const std::size_t begin = scratch.size();
    if (!resolve_dots(*decoded, scratch, begin)) return std::nullopt;
    return std::string_view(scratch).substr(begin);
}

}  // namespace waymark::net::http
